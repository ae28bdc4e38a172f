"""The recorder: gathers what the probes of a scenario see into records.

The calls of one event make one record, which is handed on at once when it is whole, so that a
trainer which hangs or dies leaves everything up to that moment behind. Judging is not its business.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from loopspec.deleting import when_half_deleted
from loopspec.probe import make_probe
from loopspec.scenario import Scenario, Scripted
from loopspec.trace import Call, Record, Return, Value
from loopspec.values import flags_of, length, plain, rounded, state_fields, three, values
from loopspec.vocabulary import Event


class Controls(Protocol):
    """What a scripted callback may ask of the trainer that called it."""

    def evaluate(self) -> None: ...

    def log(self, logs: dict[str, Any]) -> None: ...

    def demote(self) -> None: ...

    def add(self, callback: object) -> None: ...

    def remove(self, callback: object) -> None: ...

    def when_asked(self, part: str, do: Callable[[], None]) -> None: ...


Observe = Callable[[Event, Mapping[str, Any]], dict[str, Any]]
"""The adapter's look around the trainer at an event, given its keyword arguments."""


_PERHAPS = ""
"""Somebody for whom a record waits in vain."""


class Recorder:
    """Writes what the probes of one scenario see.

    Args:
        scenario: what is played.
        write: takes each finished record and return.
        observe: what to add to each record as `seen`.
        base: the class that the subject's callbacks derive from.
        exportable: the class that its callbacks derive from besides if checkpoints store them.
        rank: the process that this one is of those that play the scenario.
        kill: ends this process at once.
    """

    def __init__(
        self,
        scenario: Scenario,
        write: Callable[[Record | Return], None],
        observe: Observe = lambda event, keywords: {},
        base: type = object,
        exportable: type | None = None,
        rank: int = 0,
        kill: Callable[[], None] = lambda: None,
    ) -> None:
        self.rank = rank
        self._write, self._observe = write, observe
        self._call, self._index = scenario.begins(rank), 0
        self._kill, self.dies_when = kill, ""
        self._open: list[tuple[Record, set[str]]] = []
        self._depth = 0
        self._ordinals: dict[str, dict[int, int]] = {"control": {}, "state": {}, "args": {}}
        self._kept: list[object] = []
        self._fields: dict[str, Value] = {}
        self._scenario, self._base, self.exportable = scenario, base, exportable
        self._stateful = [part.name for part in scenario.parts if part.stateful]
        self._puts = scenario.asks("put")
        self._last: dict[str, object] = {}
        self.by_another_method = False
        self.controls: Controls | None = None
        self.renew()

    def renew(self) -> None:
        """Make the callbacks, for a trainer that is about to be built."""
        parts = self._scenario.parts
        self.callbacks: dict[str, Any] = {}
        for part in parts:
            make_probe(self, part, self._base)
        self._times: Counter[str] = Counter()
        self._late: Counter[str] = Counter()  # those that went in an event, which may have them
        self._present = {part.name for part in parts if part.given in ("instance", "class")}

    def sharing(self, part: Scripted) -> list[Scripted]:
        """The parts that are played by instances of this one's class."""
        return [part, *(other for other in self._scenario.parts if other.twin == part.name)]

    def first_of_class(self, name: str) -> str | None:
        """The first of the registered callbacks that is an instance of the class of this one."""
        kind = type(self.callbacks[name])
        found = (n for n, probe in self.callbacks.items() if isinstance(probe, kind))
        return next((n for n in found if n in self._present), None)

    def registered(self, *given: str) -> list[Any]:
        """The callbacks registered in one of these ways, in order; the watching probes come with
        `instance`."""
        return [probe for probe in self.callbacks.values() if probe.part.given in given]

    def calling(self) -> None:
        """The user's next call begins."""
        self.finish()
        self._call += 1

    def killing(self, part: str) -> None:
        """This process dies: now, when a checkpoint next asks for this part, or while the next old
        one is deleted."""
        assert self.controls is not None, "the adapter did not give the recorder its controls"
        self.dies_when = part
        if not part:
            self.kill()
        elif part == "old":
            when_half_deleted(self.kill)
        elif part != "states":
            self.controls.when_asked(part, self.kill)

    def kill(self) -> None:
        """End this process; what was seen up to now is written."""
        self.finish()
        self._kill()

    def returned(self, name: str, **held: Any) -> None:
        """The user's call came back; `held` are the fields of the `Return`."""
        self.finish()
        self._write(Return(self._call, name, **held))

    def finish(self) -> None:
        """Write what is still open: a callback that raised, or one that was never reached."""
        while self._open:
            self._close()
        self._depth = 0

    def present(self, name: str, there: bool) -> None:
        """From now on the callback is registered, once more or no longer."""
        again = there and name in self._present
        one_is_left = not there and self._times[name] > 0
        self._times[name] += again - one_is_left
        self._late[name] += one_is_left and bool(self._open)
        (self._present.add if there or one_is_left else self._present.discard)(name)
        for record, waited in self._open:
            called = any(call.who == name for call in record.calls)
            if (not there and name in waited) or (again and called):
                waited.add(_PERHAPS)  # it may still be called: then the next event ends this one
            (waited.add if (there or one_is_left) and not called else waited.discard)(name)

    def saw(
        self, who: str, event: Event, positional: tuple[Any, ...], keywords: dict[str, Any]
    ) -> Call:
        """One callback is being called; the `Call` is completed by the probe when it returns."""
        args, state, control = three(positional, keywords)
        record, waited = self._record_for(who, event, len(positional), args, state, keywords)
        flags = flags_of(control)
        call = Call(
            who,
            self._ordinal("control", control) if flags is not None else None,
            flags or "",
            flags or "",
        )
        record.calls.append(call)
        if self._times[who] == 0 or self._calls_of(record, who) > self._times[who]:
            waited.discard(who)
        if self._puts:
            self._look_at_dict(record, who, keywords)
        if self.by_another_method:
            record.seen.setdefault("replaced", []).append(who)
            self.by_another_method = False
        return call

    @staticmethod
    def _calls_of(record: Record, who: str) -> int:
        return sum(call.who == who for call in record.calls)

    @staticmethod
    def _look_at_dict(record: Record, who: str, keywords: dict[str, Any]) -> None:
        """Note the keys of `logs` or `metrics` that were not there for the first callback."""
        for name, first in (("logs", record.logs), ("metrics", record.metrics)):
            more = [
                key for key in keywords.get(name) or () if first is not None and key not in first
            ]
            if more:
                record.seen.setdefault("more", {})[who] = more

    def compared(self, held: Mapping[str, object]) -> dict[str, bool]:
        """Whether what a trainer holds is what callbacks were given last."""
        return {name: thing is self._last.get(name) for name, thing in held.items()}

    def done(self) -> None:
        """The callback that was called has returned."""
        if not self._open[-1][1]:
            self._close()

    def control_returned(self, control: object) -> int | str:
        """The ordinal of a control that a callback returns, or the type name of something else."""
        known = None if flags_of(control) is None else self._ordinal("control", control)
        return type(control).__name__ if known is None else known

    def inside(self, steps: int) -> None:
        """A callback starts (+1) or stops (-1) acting on the trainer: events then are nested."""
        self._depth += steps
        while len(self._open) > self._depth + 1:
            self._close()

    def _record_for(
        self,
        who: str,
        event: Event,
        positional: int,
        args: object,
        state: object,
        keywords: dict[str, Any],
    ) -> tuple[Record, set[str]]:
        if len(self._open) > self._depth:
            record, waited = self._open[-1]
            often = self._times[who] + self._late[who]
            if record.event is event and self._calls_of(record, who) <= often:
                return record, waited
            self._close()
        record = Record(
            i=self._index,
            event=event,
            call=self._call,
            depth=self._depth,
            positional=positional,
            step=getattr(state, "global_step", None),
            epoch=rounded(getattr(state, "epoch", None), 6),
            max_steps=getattr(state, "max_steps", None),
            history=length(getattr(state, "log_history", None)),
            best=plain(getattr(state, "best_metric", None)),
            best_step=getattr(state, "best_global_step", None),
            state=self._ordinal("state", state),
            args=self._ordinal("args", args),
            calls=[],
            keywords={name: value is not None for name, value in keywords.items()},
            logs=values(keywords.get("logs")),
            metrics=values(keywords.get("metrics")),
            seen=self._observe(event, keywords) | self._counted(),
            fields=self._changed(state),
        )
        self._last = {"model": keywords.get("model"), "args": args, "state": state}
        self._index += 1
        entry = (record, set(self._present))
        self._open.append(entry)
        return entry

    def _changed(self, state: object) -> dict[str, Value]:
        """The fields of the state that are not what they were at the record before."""
        if state is None:
            return {}
        before, self._fields = self._fields, state_fields(state)
        if before == self._fields:
            return {}
        return {n: v for n, v in self._fields.items() if n not in before or v != before[n]}

    def _counted(self) -> dict[str, dict[str, int]]:
        """What the stateful callbacks have counted up to now."""
        counted = {name: self.callbacks[name].kept for name in self._stateful}
        return {"kept": counted} if counted else {}

    def _close(self) -> None:
        self._write(self._open.pop()[0])
        if not self._open:
            self._late.clear()

    def _ordinal(self, kind: str, thing: object) -> int | None:
        if thing is None:
            return None
        known = self._ordinals[kind]
        ordinal = known.get(id(thing))
        if ordinal is None:
            ordinal = known[id(thing)] = len(known)
            self._kept.append(thing)  # else its id could come back as another object's
        return ordinal
