"""Simulated trainers whose trackers are told wrong things, or do more than to listen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from loopspec.machine.board import Board, tracked
from loopspec.machine.predict import Simulation
from loopspec.machine.profile import Profile
from loopspec.mutants.mutant import Mutant, simulated
from loopspec.scenario import Scenario
from loopspec.vocabulary import Event


class TagsAsLogged(Board):
    """Values are written under the names that they are logged by."""

    def see(self, event: Event, step: int, logs: Mapping[str, Any]) -> None:
        super().see(event, step, logs)
        if self._trackers and event is Event.LOG:
            self._tracked[-len(tracked(logs, step)) :] = [
                [name, step, value] for name, value in logs.items() if isinstance(value, float)
            ]


class LogsCounted(Board):
    """The writer counts the logs, and takes that for the step."""

    _logs = 0

    def see(self, event: Event, step: int, logs: Mapping[str, Any]) -> None:
        self._logs += event is Event.LOG
        super().see(event, self._logs, logs)


class EvaluationsWrittenTwice(Board):
    """Metrics are written when they are logged, and again when the evaluation ends."""

    def see(self, event: Event, step: int, logs: Mapping[str, Any]) -> None:
        super().see(event, step, logs)
        if self._trackers and event is Event.EVALUATE:
            self._tracked += tracked(logs, step)


class ParametersNeverWritten(Board):
    """The arguments are written by a setup method that the trainer does not call."""

    def see(self, event: Event, step: int, logs: Mapping[str, Any]) -> None:
        if event is not Event.TRAIN_BEGIN:
            super().see(event, step, logs)


class TrackerAddsToLogs(Board):
    """The tracker puts the step into the logs that all callbacks share, for an axis of its own."""

    def see(self, event: Event, step: int, logs: Any) -> None:
        if self._trackers and event is Event.LOG:
            logs["train/global_step"] = step
        super().see(event, step, logs)


class TrackerWantsCheckpoints(Simulation):
    """The tracker keeps a checkpoint with all that it is told, and asks for one at each log."""

    def dispatch(self, event: Event, clears: str) -> None:
        if event is Event.LOG and self._board.seen()["trackers"]:
            self._flagged().change("S")
        super().dispatch(event, clears)


class FallsWithItsTracker(Board):
    """The tracker is a callback like any other, and what it raises goes up."""

    def open(self, scenario: Scenario, profile: Profile) -> None:
        super().open(scenario, msgspec.structs.replace(profile, falls_with_trackers=True))


TRACKING: tuple[Mutant, ...] = (
    simulated(TagsAsLogged, "INT-6"),
    simulated(LogsCounted, "INT-6"),
    simulated(EvaluationsWrittenTwice, "INT-6"),
    simulated(ParametersNeverWritten, "INT-7"),
    simulated(TrackerAddsToLogs, "INT-8"),
    simulated(TrackerWantsCheckpoints, "INT-8"),
    simulated(FallsWithItsTracker, "INT-13"),
)
