"""Strategies that are read wrongly: "no", shares, delays, and numbers that change."""

from __future__ import annotations

import math

import msgspec

from loopspec.machine import players
from loopspec.machine.players import Control, Stage
from loopspec.machine.predict import Simulation
from loopspec.mutants.mutant import Mutant, simulated
from loopspec.vocabulary import Event

_KINDS = ("logging", "eval", "save")


def no_is_a_long_interval(stage: Stage, event: Event, control: Control | str) -> None:
    """ "no" is stored as an interval that is never met, and the end of a run is always due."""
    players.default_flow(stage, event, control)
    s = stage.scenario
    if event is Event.STEP_END and _closing(stage) and isinstance(control, Control):
        control.change("S" * (s.save_strategy == "no"))
        control.change("V" * (s.eval_strategy == "no" and s.eval_batches > 0))


def end_of_epochs_saved_as_a_step(stage: Stage, event: Event, control: Control | str) -> None:
    """The last step is saved for every strategy but "no", and then its epoch is, as in 4.47."""
    players.default_flow(stage, event, control)
    if event is Event.STEP_END and _closing(stage) and isinstance(control, Control):
        control.change("S" * (stage.scenario.save_strategy == "epoch"))


def first_step_evaluated_too(stage: Stage, event: Event, control: Control | str) -> None:
    """logging_first_step logs and evaluates, as its help once had it."""
    players.default_flow(stage, event, control)
    first = stage.scenario.logging_first_step and stage.state.global_step == 1
    if event is Event.STEP_END and first and isinstance(control, Control):
        control.change("V")


def stop_is_the_end(stage: Stage, event: Event, control: Control | str) -> None:
    """What is due at the end of a run is made due by the stop, whoever asked for it."""
    stopped = isinstance(control, Control) and "T" in control.flags
    players.default_flow(stage, event, control)
    s = stage.scenario
    if event is Event.STEP_END and stopped and isinstance(control, Control):
        control.change("V" * (s.eval_strategy == "steps") + "S" * (s.save_strategy == "steps"))


def stop_one_step_late(stage: Stage, event: Event, control: Control | str) -> None:
    """`>` stands where `>=` was meant, so that the step that reaches max_steps is not the last."""
    ended = event is Event.STEP_END and _closing(stage)
    asked = isinstance(control, Control) and "T" in control.flags
    players.default_flow(stage, event, control)
    late = stage.state.global_step == stage.state.max_steps
    if ended and late and not asked and isinstance(control, Control):
        control.change(lowers="T")


def intervals_of_the_arguments(stage: Stage, event: Event, control: Control | str) -> None:
    """The intervals are read from the arguments, where no callback can change them."""
    s, state = stage.scenario, stage.state
    names = [f"{kind}_steps" for kind in _KINDS]
    known = {name: getattr(state, name) for name in names}
    for name in names:
        setattr(state, name, players.interval(players.steps_of(s, name), state.max_steps))
    players.default_flow(stage, event, control)
    for name in names:
        setattr(state, name, known[name])


def intervals_within_the_epoch(stage: Stage, event: Event, control: Control | str) -> None:
    """Intervals are counted by the steps of the epoch, and begin again with each."""
    s, state = stage.scenario, stage.state
    per_epoch = math.ceil(s.train_batches / s.gradient_accumulation_steps)
    ahead = (state.global_step - 1) // per_epoch * per_epoch if event is Event.STEP_END else 0
    state.global_step -= ahead
    state.max_steps -= ahead
    if ahead:  # a step that is counted as the first one is not logged as such
        stage.scenario = msgspec.structs.replace(s, logging_first_step=False)
    players.default_flow(stage, event, control)
    stage.scenario = s
    state.global_step += ahead
    state.max_steps += ahead


def delay_one_step_too_long(stage: Stage, event: Event, control: Control | str) -> None:
    """`<` stands where `<=` was meant: the step that eval_delay names is not evaluated."""
    asked = isinstance(control, Control) and "V" in control.flags
    players.default_flow(stage, event, control)
    there = stage.scenario.eval_delay == stage.state.global_step
    if event is Event.STEP_END and there and not asked and isinstance(control, Control):
        control.change(lowers="V")


def delay_of_saves_too(stage: Stage, event: Event, control: Control | str) -> None:
    """eval_delay holds saves back as well, as the two often come together."""
    asked = isinstance(control, Control) and "S" in control.flags
    players.default_flow(stage, event, control)
    early = stage.scenario.eval_delay > stage.state.global_step
    if event is Event.STEP_END and early and not asked and isinstance(control, Control):
        control.change(lowers="S")


def _closing(stage: Stage) -> bool:
    return stage.state.global_step >= stage.state.max_steps


class EvaluatedByADefault(Simulation):
    """eval_steps has a default of its own, which stands where 0 or nothing was given."""

    def _do_begin_run(self) -> None:
        super()._do_begin_run()
        if not self.scenario.eval_steps:
            self.state.eval_steps = 500


class SharesRoundedDown(Simulation):
    """An interval that is a share goes through int()."""

    def _do_begin_run(self) -> None:
        super()._do_begin_run()
        for kind in _KINDS:
            share = players.steps_of(self.scenario, f"{kind}_steps")
            if share < 1 and not self.resume_from:
                setattr(self.state, f"{kind}_steps", max(1, int(self.state.max_steps * share)))


class EqualIsSavedAsBest(Simulation):
    """A value that equals the best one is saved as the best."""

    def _do_track_best(self) -> None:
        best, key = self.state.best_metric, players.metric_key(self.scenario)
        super()._do_track_best()
        if self.scenario.save_strategy == "best" and self.measured.get(key) == best is not None:
            self._flagged().change("S")


class EveryEvaluationSaved(Simulation):
    """ "best" is every evaluation's save, of which the best one is to be chosen afterwards."""

    def _do_track_best(self) -> None:
        super()._do_track_best()
        if self.scenario.save_strategy == "best":
            self._flagged().change("S")


class BestNeverSaved(Simulation):
    """ "best" is a strategy that is accepted, and that nobody looks at."""

    def _do_track_best(self) -> None:
        super()._do_track_best()
        if self.scenario.save_strategy == "best":
            self._flagged().change(lowers="S")


STRATEGIES: tuple[Mutant, ...] = (
    simulated(no_is_a_long_interval, "FLOW-4"),
    simulated(first_step_evaluated_too, "FLOW-4"),
    simulated(end_of_epochs_saved_as_a_step, "FLOW-3"),
    simulated(stop_is_the_end, "FLOW-11"),
    simulated(stop_one_step_late, "FLOW-8"),
    simulated(intervals_of_the_arguments, "FLOW-10"),
    simulated(intervals_within_the_epoch, "FLOW-2"),
    simulated(delay_one_step_too_long, "FLOW-2"),
    simulated(delay_of_saves_too, "FLOW-2"),
    simulated(EvaluatedByADefault, "FLOW-9"),
    simulated(SharesRoundedDown, "FLOW-2"),
    simulated(EqualIsSavedAsBest, "FLOW-12"),
    simulated(EveryEvaluationSaved, "FLOW-12"),
    simulated(BestNeverSaved, "FLOW-12"),
)
