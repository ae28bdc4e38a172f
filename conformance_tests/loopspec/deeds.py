"""What callbacks did by their script: each act, where it was played."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, NamedTuple

from loopspec.scenario import Act, Scripted
from loopspec.vocabulary import Event

if TYPE_CHECKING:
    from loopspec.trace import Call, Record, Trace


class Deed(NamedTuple):
    """An act that a callback played at a record, in its call number `place`."""

    record: Record
    place: int
    part: Scripted
    act: Act

    @property
    def call(self) -> Call:
        return self.record.calls[self.place]

    @property
    def raises(self) -> bool:
        """Whether the script had it raise an exception."""
        return self.act.does in ("fail", "interrupt")


def played(trace: Trace) -> Iterator[Deed]:
    """All acts that were played: those of an event inside of another before what followed there."""
    if any(part.acts for part in trace.scenario.callbacks):
        yield from _Stage(trace).play()


class _Stage:
    """Goes through a trace as the script did, and counts how often each act was played."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._parts = {part.name: part for part in trace.scenario.callbacks}
        self._acted: Counter[tuple[str, int]] = Counter()

    def play(self) -> Iterator[Deed]:
        at = call = 0
        of, records = self._trace.trainer_of, self._trace.records
        while at < len(records):
            record = records[at]
            if of[record.call] != of[call]:
                self._acted.clear()
            call = record.call
            if record.event is Event.TRAIN_BEGIN and self._trace.restores(call):
                self._forget()
            at = yield from self._play(at)

    def _forget(self) -> None:
        """Those whose states came back are other objects."""
        for name, number in list(self._acted):
            if self._parts[name].stateful:
                del self._acted[name, number]

    def _play(self, at: int) -> Generator[Deed, None, int]:
        """Play one event with those inside of it; gives where the next one is."""
        record = self._trace.records[at]
        at += 1
        for place, call in enumerate(record.calls):
            part = self._parts.get(call.who)
            for number, act in enumerate(part.acts if part else ()):
                due = act.event is record.event and act.step in (None, record.step)
                due = due and act.rank in (None, self._trace.rank)
                if part and due and not 0 < act.times <= self._acted[part.name, number]:
                    self._acted[part.name, number] += 1
                    deed = Deed(record, place, part, act)
                    yield deed
                    at = yield from self._inside(at, record, act.does)
                    if deed.raises:
                        break
        return (yield from self._inside(at, record, "all the rest"))

    def _inside(self, at: int, record: Record, does: str) -> Generator[Deed, None, int]:
        """Play what was fired from inside of this event: by this act, or all that is left."""
        records = self._trace.records
        last, count = self._last_of(does)
        while count and at < len(records) and records[at].depth > record.depth:
            fired = records[at].event
            at = yield from self._play(at)
            count -= fired is last
        return at

    def _last_of(self, does: str) -> tuple[Event | None, int]:
        """With which event what an act fires is over, and how often that comes."""
        if does == "evaluate":
            return Event.EVALUATE, max(1, len(self._trace.scenario.eval_sets))
        return (Event.LOG, 1) if does == "log" else (None, int(does == "all the rest"))
