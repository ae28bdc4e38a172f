"""Simulated trainers whose trackers are not those that were asked for, or are told wrong things."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from loopspec.machine.board import KNOWN, Board, tracked
from loopspec.machine.predict import Simulation
from loopspec.machine.profile import Profile
from loopspec.mutants.mutant import Mutant, simulated
from loopspec.scenario import Scenario
from loopspec.vocabulary import Event


class NoneIsNotSaid(Board):
    """`report_to or "all"`: an empty list counts as one that was not given."""

    def open(self, scenario: Scenario, profile: Profile) -> None:
        super().open(
            msgspec.structs.replace(scenario, report_to=scenario.report_to or "all"), profile
        )


class EnvironmentAddsATracker(Board):
    """A tracker whose server is named in the environment is added to whatever was asked for."""

    def seen(self) -> dict[str, Any]:
        seen = super().seen()
        return {**seen, "trackers": [*seen["trackers"], "kubeflow"]}


class NamedTrackerPassedOver(Board):
    """Trackers are made for the names that a table has, and the table has them in capitals."""

    def open(self, scenario: Scenario, profile: Profile) -> None:
        super().open(scenario, profile)
        if not isinstance(scenario.report_to, str):
            self._trackers = []


class OldPackageLookedFor(Board):
    """ "all" looks for tensorboardX, and TensorBoard is there under its newer name."""

    def open(self, scenario: Scenario, profile: Profile) -> None:
        super().open(scenario, profile)
        if scenario.report_to == "all":
            self._trackers = []


class UnknownTrackerPassedOver(Board):
    """A name that nothing has is warned of, and passed over."""

    def open(self, scenario: Scenario, profile: Profile) -> None:
        if not isinstance(scenario.report_to, str):
            known = tuple(name for name in scenario.report_to if name in KNOWN)
            scenario = msgspec.structs.replace(scenario, report_to=known)
        super().open(scenario, profile)


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


class MissingPackagePassedOver(Board):
    """The tracker says in a log that it is off, and the trainer is built without it."""

    def open(self, scenario: Scenario, profile: Profile) -> None:
        if scenario.lacks == "package" and "tensorboard" in scenario.report_to:
            scenario = msgspec.structs.replace(scenario, report_to=())
        super().open(scenario, profile)


class AllMeansAll(Board):
    """ "all" is a list of names in the source, and whether they are installed is seen later."""

    def open(self, scenario: Scenario, profile: Profile) -> None:
        if scenario.report_to == "all":
            scenario = msgspec.structs.replace(scenario, report_to=KNOWN)
        super().open(scenario, profile)


class TwiceIsTwo(Board):
    """One tracker is made for each entry of the list, whatever came before."""

    def open(self, scenario: Scenario, profile: Profile) -> None:
        super().open(scenario, msgspec.structs.replace(profile, doubles_trackers=True))


class FallsWithItsTracker(Board):
    """The tracker is a callback like any other, and what it raises goes up."""

    def open(self, scenario: Scenario, profile: Profile) -> None:
        super().open(scenario, msgspec.structs.replace(profile, falls_with_trackers=True))


REPORTING: tuple[Mutant, ...] = (
    simulated(NoneIsNotSaid, "INT-2"),
    simulated(EnvironmentAddsATracker, "INT-2"),
    simulated(NamedTrackerPassedOver, "INT-3"),
    simulated(OldPackageLookedFor, "INT-4"),
    simulated(UnknownTrackerPassedOver, "INT-5"),
    simulated(TagsAsLogged, "INT-6"),
    simulated(LogsCounted, "INT-6"),
    simulated(EvaluationsWrittenTwice, "INT-6"),
    simulated(ParametersNeverWritten, "INT-7"),
    simulated(TrackerAddsToLogs, "INT-8"),
    simulated(TrackerWantsCheckpoints, "INT-8"),
    simulated(MissingPackagePassedOver, "INT-9"),
    simulated(AllMeansAll, "INT-10"),
    simulated(TwiceIsTwo, "INT-11"),
    simulated(FallsWithItsTracker, "INT-13"),
)
