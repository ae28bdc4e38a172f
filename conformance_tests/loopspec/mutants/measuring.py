"""Evaluations and predictions that are incomplete, or that tell what they should not."""

from __future__ import annotations

from typing import Any

from loopspec.machine.predict import Simulation
from loopspec.mutants.mutant import Mutant, simulated
from loopspec.vocabulary import Event


class OnlyTheFirstSet(Simulation):
    """Several evaluation sets are accepted, and the first of them is evaluated."""

    def _do_begin_evaluation(self) -> None:
        super()._do_begin_evaluation()
        self.evaluation.sets = []


class SetsInAnotherOrder(Simulation):
    """The evaluation sets go through a stack, and come out last to first."""

    def _do_begin_evaluation(self) -> None:
        super()._do_begin_evaluation()
        now = self.evaluation
        now.name, *now.sets = [now.name, *now.sets][::-1]


class SetsWithoutNames(Simulation):
    """The metrics of all evaluation sets have the same keys, so that the last one stays."""

    def _do_next_set(self) -> None:
        super()._do_next_set()
        self.evaluation.name = ""


class MetricsNotGiven(Simulation):
    """Metrics are logged, and on_evaluate is called without them."""

    def dispatch(self, event: Event, clears: str) -> None:
        metrics = self.metrics
        if event is Event.EVALUATE:
            self.metrics = {}
        super().dispatch(event, clears)
        self.metrics = metrics


class MetricsOfTheEvaluationBefore(Simulation):
    """The metrics are kept on the trainer, and put there once on_evaluate is over."""

    _before: dict[str, Any] | None = None

    def dispatch(self, event: Event, clears: str) -> None:
        metrics = self.metrics
        if event is Event.EVALUATE and self._before:
            self.metrics = self._before
        super().dispatch(event, clears)
        if event is Event.EVALUATE:
            self.metrics, self._before = metrics, metrics


class PredictionWithoutMetrics(Simulation):
    """on_predict is called as the documentation page has it: without metrics."""

    def _do_give_prediction(self) -> None:
        super()._do_give_prediction()
        self.metrics = {}


class EvaluateEndsTraining(Simulation):
    """evaluate() fires on_train_end when it is done, so that trackers close what they have open."""

    def _perform_call(self, call: str) -> dict[str, Any]:
        seen = super()._perform_call(call)
        if call == "evaluate":
            self.dispatch(Event.TRAIN_END, "")
        return seen


class EvaluateSaves(Simulation):
    """Every evaluation is followed by the save that a callback may have asked for in it."""

    def _perform_call(self, call: str) -> dict[str, Any]:
        seen = super()._perform_call(call)
        if call == "evaluate":
            self._walk("may save")
        return seen


class PredictionLogged(Simulation):
    """predict() is evaluate() with another prefix, up to the log."""

    def _do_give_prediction(self) -> None:
        super()._do_give_prediction()
        self._log(self.metrics)
        self.dispatch(Event.LOG, "L")


class PredictionInTheHistory(Simulation):
    """predict() notes its metrics in log_history, though it does not log them."""

    def _do_give_prediction(self) -> None:
        super()._do_give_prediction()
        entry = {**self.metrics, "epoch": self.state.epoch, "step": self.state.global_step}
        self.state.log_history.append(entry)


class EvaluateEmptiesTheHistory(Simulation):
    """evaluate() of the user's begins a history of its own, as train() does."""

    def _perform_call(self, call: str) -> dict[str, Any]:
        if call == "evaluate":
            self.state.log_history = []
        return super()._perform_call(call)


class SaveModelFiresSave(Simulation):
    """All saving goes through one method, which fires on_save."""

    def _perform_call(self, call: str) -> dict[str, Any]:
        if call == "save-model":
            self.dispatch(Event.SAVE, "S")
        return super()._perform_call(call)


MEASURING: tuple[Mutant, ...] = (
    simulated(OnlyTheFirstSet, "EVT-33"),
    simulated(SetsInAnotherOrder, "EVT-33"),
    simulated(SetsWithoutNames, "EVT-33"),
    simulated(MetricsNotGiven, "EVT-34"),
    simulated(MetricsOfTheEvaluationBefore, "EVT-34"),
    simulated(PredictionWithoutMetrics, "EVT-34"),
    simulated(EvaluateEndsTraining, "EVT-36"),
    simulated(EvaluateSaves, "EVT-36"),
    simulated(PredictionLogged, "EVT-37"),
    simulated(PredictionInTheHistory, "STATE-8"),
    simulated(EvaluateEmptiesTheHistory, "STATE-9"),
    simulated(SaveModelFiresSave, "EVT-45"),
)
