"""A default flow that asks at a wrong moment."""

from __future__ import annotations

from loopspec.machine import players
from loopspec.machine.players import Control, Stage
from loopspec.mutants.mutant import Mutant, simulated
from loopspec.vocabulary import Event


def interval_off_by_one(stage: Stage, event: Event, control: Control | str) -> None:
    """Intervals are counted from step 0, so that they fall one step early."""
    ended = event is Event.STEP_END
    last = stage.state.global_step >= stage.state.max_steps
    if ended and not last:
        stage.state.global_step += 1
        stage.state.max_steps += 1
    players.default_flow(stage, event, control)
    if ended and not last:
        stage.state.global_step -= 1
        stage.state.max_steps -= 1


def epoch_strategy_after_steps(stage: Stage, event: Event, control: Control | str) -> None:
    """What is due per epoch is asked for after each step."""
    players.default_flow(stage, event, control)
    if event is Event.STEP_END:
        players.default_flow(stage, Event.EPOCH_END, control)


def end_not_saved(stage: Stage, event: Event, control: Control | str) -> None:
    """The last step is saved only where the interval meets it."""
    s = stage.scenario
    _never_asks("S", _is_off(s.save_strategy, s.save_steps, stage), stage, event, control)


def end_not_evaluated(stage: Stage, event: Event, control: Control | str) -> None:
    """The last step is evaluated only where the interval meets it."""
    s = stage.scenario
    _never_asks("V", _is_off(s.eval_strategy, s.eval_steps, stage), stage, event, control)


def first_step_not_logged(stage: Stage, event: Event, control: Control | str) -> None:
    """logging_first_step is an argument that nobody reads."""
    s = stage.scenario
    early = s.logging_first_step and stage.state.global_step == 1
    due = s.logging_strategy == "steps" and s.logging_steps == 1
    _never_asks("L", early and not due, stage, event, control)


def _is_off(strategy: str, steps: float, stage: Stage) -> bool:
    """Whether an interval does not meet the step that has ended."""
    state = stage.state
    every = players.interval(steps, state.max_steps)
    return strategy == "steps" and every > 0 and not players.divides(every, state.global_step)


def _never_asks(flag: str, here: bool, stage: Stage, event: Event, control: Control | str) -> None:
    """The default flow, but for one request that it does not make at a step that meets `here`."""
    asked = isinstance(control, Control) and flag in control.flags
    players.default_flow(stage, event, control)
    if here and not asked and event is Event.STEP_END and isinstance(control, Control):
        control.change(lowers=flag)


FLOWING: tuple[Mutant, ...] = (
    simulated(interval_off_by_one, "FLOW-2"),
    simulated(epoch_strategy_after_steps, "FLOW-3"),
    simulated(end_not_saved, "FLOW-6"),
    simulated(end_not_evaluated, "FLOW-7"),
    simulated(first_step_not_logged, "FLOW-5"),
)
