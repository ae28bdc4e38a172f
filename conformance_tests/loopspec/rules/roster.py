"""Who had to be called at each event, and who was: the records in which the two differ."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from loopspec.rules.registered import Registered
from loopspec.scenario import Act
from loopspec.trace import Call, Record, Trace
from loopspec.vocabulary import Event


class Attendance(msgspec.Struct, gc=False):
    """A record that is not simply "all who are registered, in their order".

    `due` had to be called, in the order of registration; `strangers` were called and are not
    registered. `changed` came or went (`"add"`,
    `"remove"`) while the event was dispatched, so that both are thinkable; `origin` says how each
    callback came in. `done` is what callbacks made the trainer do in this event, each with the call
    of that callback, and `nested` are the records of events that this fired. `twice` was called
    twice, which tears a record in two; `broken_off` says that an exception ended the event.
    """

    record: Record
    names: list[str]
    due: list[str]
    strangers: list[str]
    origin: dict[str, str]
    changed: dict[str, str]
    done: list[tuple[Call, Act]]
    nested: list[Record]
    twice: list[str]
    broken_off: bool

    @property
    def missing(self) -> list[str]:
        return [] if self.broken_off or self.twice else [n for n in self.due if n not in self.names]

    @property
    def own_changes(self) -> dict[str, str]:
        """Who came or went by an act in this very event, not in one around it."""
        return {act.whom: act.does for _, act in self.done if act.does in ("add", "remove")}

    @property
    def removes(self) -> bool:
        """Whether an act in this very event took out a callback, be it to add it again."""
        return any(act.does == "remove" for _, act in self.done)

    @property
    def fires(self) -> list[tuple[Call, Act]]:
        """What fires events: evaluations and logs."""
        return [(call, act) for call, act in self.done if act.does in ("evaluate", "log")]


def roster(trace: Trace) -> list[Attendance]:
    """The records that need a look; made once for each trace."""
    made: list[Attendance] | None = trace.__dict__.get("_roster")
    if made is None:
        made = list(_walk(trace))
        _find_doubles(trace, made)
        trace.__dict__["_roster"] = made
    return made


def left_out(trace: Trace, origin: str) -> Iterator[tuple[Record, str]]:
    """The records that lack callbacks which came in this way, with their names. What is special to
    an event in which one was removed, or which fired others, is for other rules."""
    for seen in roster(trace):
        mine = [name for name in seen.missing if seen.origin[name] == origin]
        if mine and not seen.fires and not seen.removes:
            yield seen.record, ", ".join(mine)


_DOES = ("add", "remove", "evaluate", "log")


def _walk(trace: Trace) -> Iterator[Attendance]:
    acted: dict[int, list[tuple[Call, Act]]] = {}
    for deed in trace.done(*_DOES):
        acted.setdefault(deed.record.i, []).append((deed.call, deed.act))
    scripted = [part for part in trace.scenario.callbacks if part.bare]
    bare = {e: [part.name for part in scripted if not part.has(e)] for e in Event if scripted}
    inner = _inner_changes(trace, acted)
    registered, call = Registered(trace), 0
    open_changes: list[tuple[int, dict[str, str]]] = []
    cut = _broken_off(trace)
    for n, record in enumerate(trace.records):
        if record.call != call:
            registered.up_to(call := record.call)
        names = [c.who for c in record.calls]
        while open_changes and open_changes[-1][0] >= record.depth:
            open_changes.pop()
        if not acted and names == registered.names:
            continue
        did = acted.get(record.i, [])
        changes = [change for _, names_of in open_changes for change in names_of.items()]
        changes += [(act.whom, act.does) for _, act in did if act.does in ("add", "remove")]
        changed = dict(changes) | inner.get(record.i, {})
        without = bare.get(record.event, ()) if bare else ()
        due = [name for name in registered.names if name not in changed and name not in without]
        strangers = [n for n in names if n not in {*due, *changed, *registered.unclear}]
        origin = registered.origin
        for name, does in changes:
            registered.change(does, name)
        if changes:
            open_changes.append((record.depth, dict(changes)))
        if did or names != due:
            inside, broken_off = _nested(trace, n), record.i in cut
            yield Attendance(
                record, names, due, strangers, origin, changed, did, inside, [], broken_off
            )


def _inner_changes(
    trace: Trace, acted: dict[int, list[tuple[Call, Act]]]
) -> dict[int, dict[str, str]]:
    """For each event, who came or went in events that were fired from inside it."""
    found: dict[int, dict[str, str]] = {}
    around: list[Record] = []
    for record in trace.records:
        around = [other for other in around if other.depth < record.depth]
        for _, act in acted.get(record.i, ()):
            if act.does in ("add", "remove"):
                for other in around:
                    found.setdefault(other.i, {})[act.whom] = act.does
        around.append(record)
    return found


def _nested(trace: Trace, n: int) -> list[Record]:
    """The records of events fired from inside the n-th, not those inside of these."""
    found, depth = [], trace.records[n].depth
    for record in trace.records[n + 1 :]:
        if record.depth <= depth:
            break
        if record.depth == depth + 1:
            found.append(record)
    return found


def _broken_off(trace: Trace) -> set[int]:
    """The events that were being dispatched when a callback raised or a call was ended."""
    found = {raised.i for raised, _ in trace.failures}
    for call in trace.broken_off:
        depth = 1 << 30
        for record in reversed(trace.records):
            if record.call == call and record.depth < depth:
                depth = record.depth
                found.add(record.i)
    return found


def _find_doubles(trace: Trace, made: list[Attendance]) -> None:
    """A callback that is called again within its event begins a record anew: put these together."""
    for attendance in made:
        if attendance.broken_off or set(attendance.due) <= set(attendance.names):
            continue
        chain = _chain(trace, attendance.record)
        together = [call.who for record in chain for call in record.calls]
        if set(attendance.due) <= set(together):
            attendance.twice = [name for name in attendance.names if together.count(name) > 1]


def _chain(trace: Trace, record: Record) -> list[Record]:
    """The records next to this one that look like pieces of the same event."""
    chain = [record]
    for end, step in ((0, -1), (-1, 1)):
        while 0 <= (n := chain[end].i + step) < len(trace.records):
            here, there = chain[end], trace.records[n]
            called = {call.who for call in here.calls}
            if not _same_event(here, there) or called.isdisjoint(c.who for c in there.calls):
                break
            chain.insert(0 if step < 0 else len(chain), there)
    return chain


_ONE_AFTER_ANOTHER = (Event.PREDICTION_STEP, Event.SUBSTEP_END)
"""Events that follow each other at one step, so that two records are two events."""


def _same_event(one: Record, other: Record) -> bool:
    return (
        one.event is other.event
        and one.event not in _ONE_AFTER_ANOTHER
        and (one.call, one.depth, one.step) == (other.call, other.depth, other.step)
        and (one.logs, one.metrics) == (other.logs, other.metrics)
    )
