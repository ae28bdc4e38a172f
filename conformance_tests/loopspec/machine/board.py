"""The simulated trackers: which there are, and what TensorBoard was told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loopspec.machine.profile import Profile
from loopspec.scenario import Scenario
from loopspec.values import values
from loopspec.vocabulary import Event

KNOWN = ("tensorboard",)
"""What can be reported to. Of all trackers the scenarios name no other."""


_NOT_FINITE = ("nan", "inf", "-inf")
"""Numbers that a trace holds as text."""


def tag_of(name: str) -> str:
    """A logged name as TensorBoard has it: `eval/loss`, `test/loss`, all else `train/...`."""
    kind, _, rest = name.partition("_")
    return f"{kind}/{rest}" if kind in ("eval", "test") and rest else f"train/{name}"


def tracked(logs: Mapping[str, Any], step: int | None) -> list[list[Any]]:
    """What TensorBoard holds of one log: tag, step and value of each number."""
    return [
        [tag_of(name), step, value]
        for name, value in (values(logs) or {}).items()
        if not isinstance(value, str) or value in _NOT_FINITE
    ]


class Board:
    """What the trackers of one scenario were told, across all its trainers."""

    def __init__(self) -> None:
        self._trackers: list[str] = []
        self._tracked: list[list[Any]] = []
        self._parameters = self._is_stuck = self._falls = False

    def open(self, scenario: Scenario, profile: Profile) -> None:
        """A trainer is built. Raises ValueError for a name that nothing has, LookupError for one
        whose package is missing."""
        to = scenario.report_to
        if to == "default":
            to = "all" if profile.reports_by_default else "none"
        there = () if scenario.lacks == "package" else KNOWN
        whole = {"all": there, "none": ()}
        if to not in whole and (isinstance(to, str) or not set(to) <= set(KNOWN)):
            raise ValueError(f"{to} is not supported")
        named = whole[to] if isinstance(to, str) else to
        if not set(named) <= set(there):
            raise LookupError(f"one of {named} is not installed")
        self._trackers = list(named if profile.doubles_trackers else dict.fromkeys(named))
        self._is_stuck = scenario.lacks == "room"
        self._falls = profile.falls_with_trackers

    def see(self, event: Event, step: int, logs: Mapping[str, Any]) -> None:
        """An event fires. Raises LookupError where a tracker fails and takes training down."""
        if self._is_stuck:
            if self._falls and self._trackers and event is Event.TRAIN_BEGIN:
                raise LookupError("there is no room for event files")
            return
        if event is Event.LOG:
            self._tracked += tracked(logs, step) * len(self._trackers)
        if self._trackers and event is Event.TRAIN_BEGIN:
            self._parameters = True

    def seen(self) -> dict[str, Any]:
        """What a trace shows of it."""
        found = sorted(self._tracked, key=lambda one: (one[0], one[1], str(one[2])))
        return {
            "trackers": list(self._trackers),
            "tracked": found,
            "parameters": self._parameters,
        }
