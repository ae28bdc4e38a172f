"""What the machine cannot foretell, as no rule states what it hangs on: scenarios go without."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from loopspec.fuzzing.within import within
from loopspec.machine.predict import predict
from loopspec.machine.profile import PROFILES
from loopspec.scenario import Scenario
from loopspec.vocabulary import ALONE, Capability

_replace = msgspec.structs.replace
_TAKES = ("remove:", "remove-class:", "pop:", "pop-class:")
_MANY = 17
"""More batches than any run has steps."""


def predictable(scenario: Scenario) -> Scenario:
    """The scenario, changed where it is to be, and told whether a trainer may answer with an
    exception."""
    for change in (
        _changed_when_made_anew,
        _left_open,
        _bars_by_length,
        _tracked,
        _limited,
        _restored,
    ):
        scenario = change(scenario)
    return _told_what_may_be(scenario)


def _told_what_may_be(scenario: Scenario) -> Scenario:
    """The scenario, saying whether a trainer of some kind answers with an exception."""
    kinds = {predict(scenario, profile).outcome.kind for profile in PROFILES.values()}
    return _replace(scenario, may_raise="raised" in kinds)


def _changed_when_made_anew(scenario: Scenario) -> Scenario:
    return scenario if "new" in scenario.calls else _replace(scenario, resumed_with={})


def _bars_by_length(scenario: Scenario) -> Scenario:
    """Bars are told apart by their length."""
    return _replace(scenario, eval_batches=_MANY) if scenario.display == "progress" else scenario


def _left_open(scenario: Scenario) -> Scenario:
    """When a bar that an exception left open is drawn for the last time, the next one is there."""
    if scenario.display == "progress" and _runs(scenario) > 1 and predict(scenario).failures:
        return within(scenario, ALONE - {Capability.DISPLAY})
    return scenario


def _tracked(scenario: Scenario) -> Scenario:
    """Where a tracker puts what it is told before any training is stated nowhere, nor what becomes
    of it when a callback says that this is not the main process."""
    open_to_all = _logs_before_training(scenario.calls) or scenario.asks("demote")
    return _replace(scenario, report_to=()) if open_to_all else scenario


def _logs_before_training(calls: Sequence[str]) -> bool:
    """Whether some trainer of these calls is asked to evaluate before it was asked to train."""
    trained = False
    for call in calls:
        if call == "evaluate" and not trained:
            return True
        trained = call != "new" and (trained or call.startswith(("train", "resume")))
    return False


def _limited(scenario: Scenario) -> Scenario:
    """Which checkpoints of an earlier run go first depends on the clock of the file system."""
    return _replace(scenario, save_total_limit=None) if _runs(scenario) > 1 else scenario


def _runs(scenario: Scenario) -> int:
    return sum(call.startswith(("train", "resume")) for call in scenario.calls)


def _restored(scenario: Scenario) -> Scenario:
    """A callback that is registered twice and restored is two, each with a count of its own; and
    of two of a class, transformers restores the first, whichever is there (CKPT-25)."""
    if not scenario.restore_callback_states_from_checkpoint:
        return scenario
    gone = {call.partition(":")[2] for call in scenario.calls if call.startswith(_TAKES)}
    if scenario.twins & (gone | {act.whom for act in scenario.acts if act.does == "remove"}):
        return _replace(scenario, restore_callback_states_from_checkpoint=False)
    stateful = {part.name for part in scenario.callbacks if part.stateful}
    for record in predict(scenario).records:
        called = [call.who for call in record.calls if call.who in stateful]
        if len(called) > len(set(called)):
            return _replace(scenario, restore_callback_states_from_checkpoint=False)
    return scenario
