"""What an adapter does in the trainer's place, and which rules say nothing of the trainer then.

A trainer with another protocol has no counterpart to some of this one's events, flags and fields.
Where its adapter makes one up, or leaves it out, a verdict would be about the adapter; so the
adapter says which (`Subject.adapted`), and the rules that hang on it are not applicable.
"""

from __future__ import annotations

from collections.abc import Iterable, Set

from loopspec.trace import Provenance
from loopspec.vocabulary import Capability, Event

RULES: dict[str, tuple[str, ...]] = {
    "on_init_end": ("EVT-1",),
    "on_step_begin": ("EVT-11",),
    "on_prediction_step": ("EVT-31",),
    "on_log": ("STATE-6", "STATE-9"),
    "metrics": ("EVT-34",),
    "global_step": ("EVT-4", "EVT-15"),
    "epoch": ("EVT-16", "STATE-16"),
    "state": ("FLOW-8", "STATE-10", "STATE-12", "STATE-14", "STATE-15", "PROC-1"),
    "should_training_stop": ("CTRL-1", "CTRL-2", "CTRL-30"),
    "should_epoch_stop": ("CTRL-3", "CTRL-4"),
    "strategies": ("FLOW-4", "FLOW-7", "FLOW-11"),
    "moment-of-validation": ("FLOW-3",),
    "dispatch": ("DISP-1", "DISP-2", "DISP-3"),
    "two-of-a-class": ("DISP-27",),
}
"""What may be the adapter's, with the rules that would judge it: an event, the metrics of
`on_evaluate`, the counts and flags of a run, the other fields of the state, whether and when it
evaluates, who is called in which order, and what becomes of two callbacks of one class. Of the
rules that need a capability which such a trainer lacks anyway there is none here."""


def decided_by_adapter(rule: str, adapted: Iterable[str]) -> str:
    """The first of what is `adapted` by which this rule is decided; empty if there is none."""
    return next((name for name in adapted if rule in RULES[name]), "")


_EVENTS = {
    Capability.LOGGING: {Event.LOG},
    Capability.EVALUATION: {Event.EVALUATE, Event.PREDICTION_STEP},
    Capability.PREDICTION: {Event.PREDICT},
    Capability.SAVING: {Event.SAVE},
    Capability.PUSHING: {Event.PUSH_BEGIN},
}


def absent_events(by: Provenance, fired: Set[Event]) -> frozenset[Event]:
    """The events that are not the trainer's: the adapter's, and those of capabilities that it does
    not declare, unless it fired them all the same."""
    undeclared: Set[Event] = set().union(
        *(events for what, events in _EVENTS.items() if what not in by.capabilities)
    )
    return frozenset(event for event in Event if event in by.adapted) | (undeclared - fired)
