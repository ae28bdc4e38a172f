"""Who is registered: a list that follows what the script does with it, and what came of that.

Callbacks are given at construction, added and removed by the user, added and removed by others.
"""

from __future__ import annotations

from typing import NamedTuple

from loopspec.scenario import FIRST, LAST
from loopspec.trace import Trace


class Taking(NamedTuple):
    """A call of the user that takes out a callback: `here` are those that it fits, in the order of
    registration, `taken` are those that are gone, `popped` is what was given back."""

    call: int
    how: str
    name: str
    here: list[str]
    taken: list[str]
    popped: str | None
    returned: bool


_TAKE = ("pop", "pop-class", "remove-class")


class Registered:
    """The callbacks in the order of registration, and how each came in."""

    def __init__(self, trace: Trace) -> None:
        scenario, twins = trace.scenario, trace.scenario.twins
        given: list[tuple[str, str]] = [(c.name, c.given) for c in scenario.callbacks]
        given = [(FIRST, "instance"), *given, (LAST, "instance")]
        self._given = {
            name: "twin" if name in twins else how
            for name, how in given
            if how in ("instance", "class")
        }
        self._added = [name for name, how in given if how == "added"]
        self._trace, self._calls, self._call = trace, scenario.calls, 0
        self.takings: list[Taking] = []
        self.again: set[str] = set()  # added while they were there
        self._construct()

    def _construct(self) -> None:
        self.origin, self.names, self._constructing = self._given, list(self._given), True
        self.unclear: set[str] = set()

    def change(self, does: str, name: str) -> None:
        if does == "add" and name in self.names:
            self.again.add(name)
            self.unclear.add(name)  # once more, or not: DISP-39
            return
        self.names = [other for other in self.names if other != name]
        if does == "add":
            self.names.append(name)
            self.origin = {**self.origin, name: "added"}

    def up_to(self, call: int) -> None:
        """What the user changed before this call of his."""
        while self._call < call:
            if self._constructing:
                self._constructing = False
                for name in self._added:
                    self.change("add", name)
            does, _, name = self._calls[self._call].partition(":")
            if does == "new":
                self._construct()
            elif does in _TAKE:
                self._take(does, name)
            elif name:
                self.change(does, name)
            self._call += 1

    def _take(self, how: str, name: str) -> None:
        """What the trainer took out is gone from then on, so that a wrong choice is one fault."""
        call = self._call + 1
        of_class = self._trace.scenario.of_class(name) if how != "pop" else {name}
        here = [other for other in self.names if other in of_class]
        if of_class & (self.unclear | self._touched(call)):
            # It may be there twice, or once more, or no more, and at any place.
            self.unclear |= of_class
            self.names = [other for other in self.names if other not in of_class]
            return
        given = next((r for r in self._trace.returns if r.call == call), None)
        popped = given.seen.get("popped") if given else None
        lost, known = self._lost(call)
        if how == "pop" and here:
            lost = [other for other in lost if other in here]
        taken = lost if known else [other for other in lost if other == popped]
        if here and not taken:
            taken = [popped] if popped in here else [o for o in here if o in lost][:1] or here[:1]
        self.names = [other for other in self.names if other not in taken]
        self.takings.append(Taking(call, how, name, here, taken, popped, given is not None))

    def _touched(self, call: int) -> set[str]:
        """Whom callbacks added or removed before this call of the user."""
        deeds = [*self._trace.done("add"), *self._trace.done("remove")]
        return {deed.act.whom for deed in deeds if deed.record.call < call}

    def _lost(self, call: int) -> tuple[list[str], bool]:
        """Who was called before this call of the user and is not called after it; and whether it
        is known to be for this call, as no other one took out anything before an event came."""
        records = self._trace.records
        before = next((r.call for r in reversed(records) if r.call < call), None)
        after = next((r.call for r in records if r.call > call), None)
        if before is None or after is None or after in self._trace.broken_off:
            return [], False
        if self._trace.trainer_of[before] != self._trace.trainer_of[after]:
            return [], False
        was, now = (
            {c.who for r in records if r.call == n for c in r.calls} for n in (before, after)
        )
        events = {r.event for r in records if r.call == after}
        heard = {p.name for p in self._trace.scenario.parts if any(map(p.has, events))}
        between = self._calls[call : after - 1]
        was.difference_update(other.removeprefix("remove:") for other in between)
        lost = [n for n in self.names if n in heard & was - now - self._touched(call)]
        return lost, not any(other.startswith(_TAKE) for other in between)


def by_the_user(trace: Trace) -> Registered:
    """The list when the user has made all his calls."""
    registered = Registered(trace)
    registered.up_to(len(trace.scenario.calls))
    return registered
