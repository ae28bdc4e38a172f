"""Signs that the adapter, and not the trainer, is what is wrong: told beside the verdicts.

They are read off the trace of the plainest scenario. None of them is proof, as a trainer can be
that wrong by itself; but whoever wrote the adapter five minutes ago should look there first.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from loopspec.scenario import Scenario
from loopspec.trace import Trace
from loopspec.vocabulary import Capability, Event

_FLAGS = {
    Capability.TRAINING_STOP,
    Capability.EPOCH_STOP,
    Capability.REQUESTS,
    Capability.DEFAULT_FLOW,
}
_REGISTERED = 'recorder.registered("instance", "class")'


def doubts(trace: Trace) -> list[str]:
    """What looks as if the adapter did it, one sentence or two each."""
    if not trace.records:
        return []
    return [said for sign in _SIGNS if (said := sign(trace))]


def _one_is_never_called(trace: Trace) -> str:
    called = {call.who for record in trace.records for call in record.calls}
    never = [part.name for part in trace.scenario.parts if part.name not in called]
    if not never:
        return ""
    return (
        f"The callback {' and '.join(never)} was never called, {' and '.join(sorted(called))} was. "
        f"Does the adapter pass on all callbacks of {_REGISTERED}?"
    )


def _each_is_called_twice(trace: Trace) -> str:
    events = [record.event for record in trace.records if record.call > 0]
    if not events or events[::2] != events[1::2]:
        return ""
    return (
        f"Every event came twice in a row, {events[0]} first of all. Does the adapter register the "
        "callbacks twice, to the constructor and by a method?"
    )


def _builds_and_trains(trace: Trace) -> str:
    begun = trace.of(Event.TRAIN_BEGIN)
    if not begun or begun[0].call > 0:
        return ""
    return (
        f"{Event.TRAIN_BEGIN} came while build() was running. It is to build the trainer only; "
        "training is for the driver's train()."
    )


def _another_job(trace: Trace) -> str:
    asked = _steps(trace.scenario)
    came = len(trace.of(Event.STEP_END)) or len(trace.of(Event.STEP_BEGIN))
    # One more or less is how trainers are wrong; not what an adapter does that leaves out a field.
    near = not came or abs(came - asked) <= 1
    if trace.outcome.kind != "completed" or near or _each_is_called_twice(trace):
        return ""
    return (
        f"The scenario asks for {asked} steps ({trace.scenario}), and {came} came. Does the "
        "adapter hand on num_train_epochs, max_steps and as many batches as train_batches says?"
    )


def _steps(scenario: Scenario) -> int:
    each = math.ceil(scenario.train_batches / scenario.gradient_accumulation_steps)
    return scenario.max_steps if scenario.max_steps > 0 else round(scenario.num_train_epochs * each)


def _no_state(trace: Trace) -> str:
    if any(record.step is not None for record in trace.records):
        return ""
    return (
        "No callback was ever given a state with global_step. Are callbacks called as "
        "callback.on_step_end(args, state, control, **keywords)?"
    )


def _no_control(trace: Trace) -> str:
    declared = sorted(_FLAGS & set(trace.by.capabilities))
    if not declared or any(call.control is not None for r in trace.records for call in r.calls):
        return ""
    return (
        f"No callback was ever given a control with flags, but the adapter declares "
        f"{', '.join(declared)}. Are callbacks called as "
        "callback.on_step_end(args, state, control, **keywords)?"
    )


_SIGNS: tuple[Callable[[Trace], str], ...] = (
    _builds_and_trains,
    _one_is_never_called,
    _each_is_called_twice,
    _no_state,
    _no_control,
    _another_job,
)
