"""Long traces in pieces, each a trace of its own, so that judging takes no more memory for them.

A piece is what came in some thousands of records. The made-up events at its beginning have the
state that is seen there: it looks like a run that was resumed, and that an exception ended. Pieces
overlap, so that what stands at a seam is looked at once with what is before it, and once with what
is behind.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from copy import copy
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from loopspec.scenario import Scenario
from loopspec.trace import Call, Header, Line, Outcome, Record, Return, Trace
from loopspec.trace_file import TraceError, read_lines, read_trace
from loopspec.vocabulary import Event

WHOLE = 8 << 20
"""Up to so many bytes a trace is read at once."""
LIMIT = 5_000
"""From so many records on a piece ends with its epoch, and from twice as many with its step."""
_ASTRAY = 10_000


def read_pieces(path: Path, whole: int = WHOLE, limit: int = LIMIT) -> Iterator[Trace]:
    """The trace of a file, or its pieces, if it has more bytes than `whole` and can be cut.

    Raises:
        TraceError: not a trace, of another version, edited, or cut short.
    """
    cutting, lines = _cutting(path, whole, limit)
    if cutting is None:
        yield read_trace(path)
    else:
        yield from cutting.pieces(lines)


def look_through(path: Path, whole: int = WHOLE) -> Trace:
    """What a trace says of itself, without its lines; all of it has been read then.

    Raises:
        TraceError: as `read_pieces`.
    """
    cutting, lines = _cutting(path, whole, LIMIT)
    if cutting is not None:
        return cutting.looked_through(lines)
    trace = read_trace(path)
    return Trace(trace.scenario, trace.by, (), trace.outcome)


def _cutting(path: Path, whole: int, limit: int) -> tuple[_Cutting | None, Iterator[Line]]:
    """What cuts the trace of this file, and its lines; None if it is to be read at once."""
    long = path.is_file() and path.stat().st_size > whole
    lines = read_lines(path) if long else iter(())
    header = next(lines, None)
    if isinstance(header, Header) and can_be_cut(header.scenario):
        return _Cutting(header, path.name, limit), lines
    return None, lines


def pieces(trace: Trace, limit: int = LIMIT) -> Iterator[Trace]:
    """The pieces of a trace that is in memory; the trace itself where it cannot be cut."""
    if can_be_cut(trace.scenario):
        header = Header(0, trace.scenario, trace.by)
        lines: list[Line] = [*trace.records, *trace.returns, trace.outcome]
        yield from _Cutting(header, trace.scenario.name, limit).pieces(lines)
    else:
        yield trace


_HARMLESS = {"", "log", "evaluate", "put"}


def can_be_cut(scenario: Scenario) -> bool:
    """Whether nothing in it has to be remembered from one step to all later ones.

    It has to be if callbacks come, go or are exchanged, count what they see, or act a number of
    times and not at a step; if the bars of a display or files of trackers are looked at; if an
    evaluation comes before the first step; if a run is resumed, or metrics begin anew; and if
    several processes play.
    """
    counted = any(act.step is None and act.times for act in scenario.acts)
    strange = any(act.does not in _HARMLESS for act in scenario.acts)
    parts = any(p.stateful or p.given not in ("instance", "class") for p in scenario.callbacks)
    watched = scenario.early_stopping or scenario.display or scenario.tracks
    begins = scenario.calls[:1] == ("train",) and not scenario.eval_on_start
    alone = scenario.processes == 1
    again = any(call.startswith(("resume", "new")) for call in scenario.calls)
    several = scenario.processes > 1
    return alone and begins and not (counted or strange or parts or watched or again or several)


_CUT = Outcome("scripted", "what came next is in another piece")


@dataclass
class _Done:
    """What was done in the run: epochs begun, micro-batches learned from, and evaluations."""

    epochs: int = 0
    batches: int = 0
    evaluations: int = 0


class _Cutting:
    """One trace being cut, in its first call."""

    def __init__(self, header: Header, name: str, limit: int) -> None:
        self._header, self._name, self._limit = header, name, limit
        self._head: list[Record] = []  # what came before the first epoch
        self._begun: Record | None = None  # the epoch in which we are
        self._records: list[Record] = []
        self._returns: list[Return] = []
        self._outcome: Outcome | None = None
        self._known: dict[str, object] = {}
        self._done = _Done()
        self._made = 0
        # Where the next piece begins, if that is decided: number in `_records`, and its beginning.
        self._next: tuple[int, list[Record], _Done] | None = None
        self._done_before = _Done()

    def pieces(self, lines: Iterable[Line]) -> Iterator[Trace]:
        for record in self._in_order(lines):
            if record.call == 1 and not record.depth and self._begun is not None:
                yield from self._look(record)
            self._take(record)
        yield self._piece(self._records, self._returns, self._ended())

    def looked_through(self, lines: Iterable[Line]) -> Trace:
        for _ in self._in_order(lines):
            pass
        return Trace(self._header.scenario, self._header.by, (), self._ended())

    def _ended(self) -> Outcome:
        if self._outcome is None:
            raise TraceError(
                f"{self._name}: the trace ends without its outcome line: it is cut short. "
                "Record it again."
            )
        return self._outcome

    def _look(self, record: Record) -> Iterator[Trace]:
        """Whether a piece ends before this record, or it is where the next one will begin."""
        size, event = len(self._records), record.event
        if self._next is None:
            if record.entry:
                return  # flags that stand are of what came before
            at_epoch = event is Event.EPOCH_BEGIN and size >= self._limit
            if at_epoch or (event is Event.STEP_BEGIN and size >= 2 * self._limit):
                done = copy(self._done)
                done.epochs -= not at_epoch  # it begins again in the next piece
                self._next = size, self._beginning(record), done
        elif event is Event.STEP_BEGIN and size > self._next[0] + 1:
            start, beginning, done = self._next
            yield self._piece(self._records, [], _CUT)
            self._head, self._records = beginning, self._records[start:]
            self._done_before, self._next = done, None

    def _take(self, record: Record) -> None:
        self._known.update(record.fields)
        if record.call == 1 and not record.depth:
            if record.event is Event.EPOCH_BEGIN:
                self._begun = record
                self._done.epochs += 1
            elif record.event in (Event.SUBSTEP_END, Event.STEP_END):
                self._done.batches += 1
        self._done.evaluations += record.event in (Event.EVALUATE, Event.PREDICT)
        first = self._begun is None
        (self._head if first else self._records).append(record)

    def _beginning(self, at: Record) -> list[Record]:
        """What a piece begins with whose first record is this one."""
        made = [_with_control(r, at.calls[0].control) for r in self._head if r.call == 0]
        begin = next(r for r in self._head if r.event is Event.TRAIN_BEGIN)
        made.append(_as_if_at(at, begin, dict(self._known)))
        if at.event is not Event.EPOCH_BEGIN and self._begun is not None:
            made.append(_as_if_at(at, self._begun, {}))
        return made

    def _piece(self, records: list[Record], returns: list[Return], outcome: Outcome) -> Trace:
        scenario = self._header.scenario
        if outcome is _CUT:
            scenario = replace(scenario, calls=scenario.calls[:1])
        if self._made:
            calls = (f"resume@{self._head[-1].step}", *scenario.calls[1:])
            name = f"{scenario.name}, from record {records[0].i}"
            left = scenario.metrics[min(self._done_before.evaluations, len(scenario.metrics) - 1) :]
            scenario = replace(scenario, name=name, calls=calls, metrics=left)
        numbered = [replace(r, i=n) for n, r in enumerate([*self._head, *records])]
        trace = Trace(scenario, self._header.by, [*numbered, *returns], outcome)
        trace.piece, before = self._made, self._done_before
        trace.batches_before, trace.epochs_before = before.batches, before.epochs
        self._made += 1
        return trace

    def _in_order(self, lines: Iterable[Line]) -> Iterator[Record]:
        """The records as they are numbered; the other lines are kept."""
        waiting: list[tuple[int, int, Record]] = []
        number = 0
        for n, line in enumerate(lines, 2):
            if self._outcome is not None or isinstance(line, Header):
                odd = self._outcome or line
                raise TraceError(
                    f"{self._name}:{n}: a {type(odd).__name__} in the middle of a trace. "
                    "Was it edited? Record it again."
                )
            if isinstance(line, Return):
                self._returns.append(line)
            elif isinstance(line, Outcome):
                self._outcome = line
            elif isinstance(line, Record):
                # What fired inside of an event is written before it.
                heapq.heappush(waiting, (line.i, n, line))
                while waiting and waiting[0][0] == number:
                    yield heapq.heappop(waiting)[2]
                    number += 1
                if waiting and (waiting[0][0] < number or len(waiting) > _ASTRAY):
                    break
        if waiting:
            raise TraceError(
                f"{self._name}: records are missing or doubled (numbers break at {number}). "
                "Was it edited? Record it again."
            )


def _as_if_at(at: Record, event: Record, fields: dict[str, object]) -> Record:
    """This event, as it would have come right before another record."""
    return replace(
        event,
        step=at.step,
        epoch=at.epoch,
        max_steps=at.max_steps,
        history=at.history,
        best=at.best,
        best_step=at.best_step,
        state=at.state,
        args=at.args,
        calls=_with_control(event, at.calls[0].control).calls,
        seen={name: at.seen.get(name, value) for name, value in event.seen.items()},
        fields=fields,
    )


def _with_control(record: Record, control: int | None) -> Record:
    return replace(record, calls=[Call(call.who, control, "", "") for call in record.calls])
