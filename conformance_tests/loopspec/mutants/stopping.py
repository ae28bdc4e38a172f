"""Simulated trainers whose early stopping, or best metric, compares or counts wrongly."""

from __future__ import annotations

import math
from typing import Any

import msgspec

from loopspec.machine import players
from loopspec.machine.players import Control, Player, Stage, Stopper
from loopspec.machine.predict import Simulation
from loopspec.vocabulary import Event


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


class Stopping(Simulation):
    """With another early stopping."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._players = [
            self._stopper(player) if isinstance(player, Stopper) else player
            for player in self._players
        ]

    def _stopper(self, stopper: Stopper) -> Player:
        raise NotImplementedError


class PatienceOneMore(Stopping):
    """It stops when the misses are more than the patience."""

    def _stopper(self, stopper: Stopper) -> Player:
        wanted = stopper._wanted
        stopper._wanted = type(wanted)(wanted.patience + 1, wanted.threshold)
        return stopper


class MissesNeverForgiven(Stopping):
    """The count of misses is never set back by an improvement."""

    def _stopper(self, stopper: Stopper) -> Player:
        def play(stage: Stage, event: Event, control: Control | str) -> None:
            before = stopper._misses
            stopper(stage, event, control)
            if stopper._misses < before:
                stopper._misses = before

        return play


class EqualIsBetter(Stopping):
    """A value equal to the best one counts as an improvement."""

    def _stopper(self, stopper: Stopper) -> Player:
        def play(stage: Stage, event: Event, control: Control | str) -> None:
            value = stage.metrics.get(players.metric_key(stage.scenario))
            if event is Event.EVALUATE and value is not None and value == stage.state.best_metric:
                stopper._misses = 0
                return
            stopper(stage, event, control)

        return play


class ThresholdIgnored(Stopping):
    """early_stopping_threshold is an argument that nobody reads."""

    def _stopper(self, stopper: Stopper) -> Player:
        stopper._wanted = type(stopper._wanted)(stopper._wanted.patience, 0.0)
        return stopper


class NanIsBetter(Stopping):
    """`not value <= best` where `value > best` was meant: NaN counts as an improvement."""

    def _stopper(self, stopper: Stopper) -> Player:
        def play(stage: Stage, event: Event, control: Control | str) -> None:
            value = stage.metrics.get(players.metric_key(stage.scenario))
            if event is Event.EVALUATE and isinstance(value, float) and math.isnan(value):
                stopper._misses = 0
                return
            stopper(stage, event, control)

        return play


class StopsAtLogs(Stopping):
    """The decision is made at on_log, where the metrics come by too."""

    def _stopper(self, stopper: Stopper) -> Player:
        def play(stage: Stage, event: Event, control: Control | str) -> None:
            if event is Event.LOG:
                evaluated = any(key.startswith("eval_") for key in self.logs)
                stopper(stage, Event.EVALUATE if evaluated else event, control)

        return play


class DirectionIgnored(Simulation):
    """Greater is always better."""

    def __init__(self, scenario: Any, *rest: Any) -> None:
        super().__init__(scenario, *rest)
        if scenario.metric_for_best_model:
            self.scenario = msgspec.structs.replace(scenario, greater_is_better=True)
