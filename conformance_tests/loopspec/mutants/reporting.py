"""Simulated trainers whose trackers are not those that were asked for."""

from __future__ import annotations

from typing import Any

import msgspec

from loopspec.machine.board import KNOWN, Board
from loopspec.machine.profile import Profile
from loopspec.mutants.mutant import Mutant, simulated
from loopspec.scenario import Scenario


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


class MissingPackagePassedOver(Board):
    """The tracker says in a log that it is off, and the trainer is built without it."""

    def open(self, scenario: Scenario, profile: Profile) -> None:
        if scenario.lacks == "package" and "tensorboard" in scenario.report_to:
            scenario = msgspec.structs.replace(scenario, report_to=())
        super().open(scenario, profile)


class AllMeansAll(Board):
    """The word all stands for a list of names, and whether they are installed is seen later."""

    def open(self, scenario: Scenario, profile: Profile) -> None:
        if scenario.report_to == "all":
            scenario = msgspec.structs.replace(scenario, report_to=KNOWN)
        super().open(scenario, profile)


class AllIsEveryKnownName(Board):
    """Trackers are made for all, and their packages are imported when something is logged."""

    def open(self, scenario: Scenario, profile: Profile) -> None:
        if scenario.report_to == "all":
            scenario = msgspec.structs.replace(scenario, lacks="")
        super().open(scenario, profile)


class TwiceIsTwo(Board):
    """One tracker is made for each entry of the list, whatever came before."""

    def open(self, scenario: Scenario, profile: Profile) -> None:
        super().open(scenario, msgspec.structs.replace(profile, doubles_trackers=True))


REPORTING: tuple[Mutant, ...] = (
    simulated(NoneIsNotSaid, "INT-2"),
    simulated(EnvironmentAddsATracker, "INT-2"),
    simulated(NamedTrackerPassedOver, "INT-3"),
    simulated(OldPackageLookedFor, "INT-4"),
    simulated(UnknownTrackerPassedOver, "INT-5"),
    simulated(MissingPackagePassedOver, "INT-9"),
    simulated(AllMeansAll, "INT-10"),
    simulated(AllIsEveryKnownName, "INT-10"),
    simulated(TwiceIsTwo, "INT-11"),
)
