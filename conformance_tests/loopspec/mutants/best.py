"""A trainer that keeps the wrong value as the best one; its early stopping is right."""

from __future__ import annotations

import msgspec

from loopspec.machine import players
from loopspec.machine.predict import Simulation
from loopspec.mutants.mutant import Mutant, simulated
from loopspec.vocabulary import Event


class DirectionIgnored(Simulation):
    """Greater is always better."""

    def _do_begin_run(self) -> None:
        super()._do_begin_run()
        if self.scenario.metric_for_best_model:
            self.scenario = msgspec.structs.replace(self.scenario, greater_is_better=True)


class BestBeforeEvaluate(Simulation):
    """best_metric is updated before on_evaluate, so each evaluation is compared with itself."""

    def _do_log_metrics(self) -> None:
        super()._do_log_metrics()
        scenario = self.scenario
        key = players.metric_key(scenario)
        if scenario.metric_for_best_model and key in self.metrics:
            best, value = self.state.best_metric, self.metrics[key]
            if best is None or players.is_better(value, best, scenario):
                self.state.best_metric = value


class OnlyTheLossIsLower(Simulation):
    """Where nothing is said, lower is better for `loss` and `eval_loss` alone, as up to 4.41."""

    def _do_begin_run(self) -> None:
        super()._do_begin_run()
        s = self.scenario
        if s.greater_is_better is None and s.metric_for_best_model:
            up = s.metric_for_best_model not in ("loss", "eval_loss")
            self.scenario = msgspec.structs.replace(s, greater_is_better=up)


class BestOnlyIfLoaded(Simulation):
    """best_metric is kept only where load_best_model_at_end asks for the best model."""

    def _do_track_best(self) -> None:
        if self.scenario.load_best_model_at_end or self.scenario.save_strategy == "best":
            super()._do_track_best()


class BestOnlyAtSaves(Simulation):
    """best_metric is written by what writes the checkpoint, as up to 4.41."""

    def _do_track_best(self) -> None:
        if self.scenario.save_strategy == "best" or "S" in self._flagged().flags:
            super()._do_track_best()


class NanStaysBest(Simulation):
    """The first value is the best one without a look at it, and nothing is better than NaN."""

    def _do_track_best(self) -> None:
        s, first = self.scenario, self.state.best_metric is None
        super()._do_track_best()
        if first and s.metric_for_best_model:
            self.state.best_metric = self.measured[players.metric_key(s)]


class StartBecomesBest(Simulation):
    """The evaluation before the first epoch is treated like any other."""

    def _do_begin_epoch(self) -> None:
        if self.scenario.eval_on_start and self._epoch < 0:
            self._do_track_best()
        super()._do_begin_epoch()


class BestOutlivesTheRun(Simulation):
    """The best value belongs to the trainer, and nobody sets it back when a second run begins."""

    def _do_begin_run(self) -> None:
        best = self.state.best_metric
        super()._do_begin_run()
        self.state.best_metric = self.state.best_metric if self.resume_from else best


class BestAfterTheSave(Simulation):
    """The best value is kept when all that was due at the step is done, the save included."""

    _due = False

    def _do_track_best(self) -> None:
        self._due = True

    def dispatch(self, event: Event, clears: str) -> None:
        if self._due and event in (Event.STEP_BEGIN, Event.EPOCH_END, Event.EPOCH_BEGIN):
            self._due = False
            super()._do_track_best()
        super().dispatch(event, clears)


class EqualBecomesBest(Simulation):
    """`>=` where `>` was meant: of equal values the last one is the best."""

    def _do_track_best(self) -> None:
        s, state = self.scenario, self.state
        value = self.measured.get(players.metric_key(s))
        if not s.metric_for_best_model or value is None or value != state.best_metric:
            super()._do_track_best()
            return
        state.best_step = state.global_step
        self._flagged().change("S" if s.save_strategy == "best" else "")


BEST: tuple[Mutant, ...] = (
    simulated(DirectionIgnored, "STOP-6"),
    simulated(OnlyTheLossIsLower, "STOP-7"),
    simulated(BestBeforeEvaluate, "STOP-9"),
    simulated(BestAfterTheSave, "STOP-9"),
    simulated(BestOnlyIfLoaded, "STOP-10"),
    simulated(BestOnlyAtSaves, "STOP-10"),
    simulated(NanStaysBest, "STOP-13"),
    simulated(StartBecomesBest, "STOP-19"),
    simulated(BestOutlivesTheRun, "EVT-4"),
    simulated(EqualBecomesBest, "STATE-18"),
)
