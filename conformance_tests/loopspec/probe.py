"""Probes: callbacks that watch, and play the scenario's parts, while a trainer runs.

A `Recorder` gathers the calls of one event into one record and hands each finished record on at
once, so that a trainer which hangs or dies leaves everything up to that moment behind. Probes take
any call: without state, without control, by keyword. Judging what they saw is not their business.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, Protocol

from loopspec.scenario import Act, Scenario, Scripted
from loopspec.trace import Call, Record, Return, Value
from loopspec.vocabulary import Event, Flag

FIRST, LAST = "first", "last"
"""The names of the two watching probes, ahead of and behind the scripted callbacks."""


class ScriptedError(Exception):
    """What a scripted callback raises when its part says so."""


class Controls(Protocol):
    """What a scripted callback may ask of the trainer that called it."""

    def evaluate(self) -> None: ...

    def log(self, logs: dict[str, float]) -> None: ...

    def add(self, callback: object) -> None: ...

    def remove(self, callback: object) -> None: ...


Observe = Callable[[Event, Mapping[str, Any]], dict[str, Any]]
"""The adapter's look around the trainer at an event, given its keyword arguments."""


class Recorder:
    """Writes what the probes of one scenario see.

    Args:
        scenario: what is played.
        write: takes each finished record and return.
        observe: what to add to each record as `seen`.
        base: the class that the subject's callbacks derive from.
    """

    def __init__(
        self,
        scenario: Scenario,
        write: Callable[[Record | Return], None],
        observe: Observe = lambda event, keywords: {},
        base: type = object,
    ) -> None:
        self._write, self._observe = write, observe
        self._call = self._index = 0
        self._open: list[tuple[Record, set[str]]] = []
        self._depth = 0
        self._ordinals: dict[str, dict[int, int]] = {"control": {}, "state": {}, "args": {}}
        self._kept: list[object] = []
        self.controls: Controls | None = None
        parts = (Scripted(FIRST), *scenario.callbacks, Scripted(LAST))
        self.callbacks: dict[str, Any] = {}
        for part in parts:
            _probe(self, part, base)
        self._present = {part.name for part in parts if part.given in ("instance", "class")}

    def registered(self, *given: str) -> list[Any]:
        """The callbacks registered in one of these ways, in order; the watching probes come with
        `instance`."""
        return [probe for probe in self.callbacks.values() if probe.part.given in given]

    def calling(self) -> None:
        """The user's next call begins."""
        self.finish()
        self._call += 1

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
        """From now on the callback is registered, or no longer."""
        (self._present.add if there else self._present.discard)(name)
        for record, waited in self._open:
            called = any(call.who == name for call in record.calls)
            (waited.add if there and not called else waited.discard)(name)

    def saw(
        self, who: str, event: Event, positional: tuple[Any, ...], keywords: dict[str, Any]
    ) -> Call:
        """One callback is being called; the `Call` is completed by the probe when it returns."""
        args, state, control = _three(positional, keywords)
        record, waited = self._record_for(who, event, len(positional), args, state, keywords)
        flags = _flags(control)
        call = Call(
            who,
            self._ordinal("control", control) if flags is not None else None,
            flags or "",
            flags or "",
        )
        record.calls.append(call)
        waited.discard(who)
        return call

    def done(self) -> None:
        """The callback that was called has returned."""
        if not self._open[-1][1]:
            self._close()

    def control_returned(self, control: object) -> int | str:
        """The ordinal of a control that a callback returns, or the type name of something else."""
        known = None if _flags(control) is None else self._ordinal("control", control)
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
            if record.event is event and not any(call.who == who for call in record.calls):
                return record, waited
            self._close()
        record = Record(
            i=self._index,
            event=event,
            call=self._call,
            depth=self._depth,
            positional=positional,
            step=getattr(state, "global_step", None),
            epoch=_rounded(getattr(state, "epoch", None), 6),
            max_steps=getattr(state, "max_steps", None),
            history=_length(getattr(state, "log_history", None)),
            best=plain(getattr(state, "best_metric", None)),
            best_step=getattr(state, "best_global_step", None),
            state=self._ordinal("state", state),
            args=self._ordinal("args", args),
            calls=[],
            keywords={name: value is not None for name, value in keywords.items()},
            logs=values(keywords.get("logs")),
            metrics=values(keywords.get("metrics")),
            seen=self._observe(event, keywords),
        )
        self._index += 1
        entry = (record, set(self._present))
        self._open.append(entry)
        return entry

    def _close(self) -> None:
        self._write(self._open.pop()[0])

    def _ordinal(self, kind: str, thing: object) -> int | None:
        if thing is None:
            return None
        known = self._ordinals[kind]
        ordinal = known.get(id(thing))
        if ordinal is None:
            ordinal = known[id(thing)] = len(known)
            self._kept.append(thing)  # else its id could come back as another object's
        return ordinal


def _probe(recorder: Recorder, part: Scripted, base: type) -> None:
    """Make the probe for one part. It has a class of its own, because trainers tell callbacks apart
    (and warn of doubles) by class; an instance made later, by the trainer, is the one that counts.
    """

    def start(self: Any) -> None:
        self.part = part
        self.acted = [0] * len(part.acts)
        recorder.callbacks[part.name] = self

    body: dict[str, Any] = {event.value: _method(recorder, event, part) for event in Event}
    name = "".join(word.title() for word in part.name.replace("-", "_").split("_")) + "Probe"
    type(name, (base,), {"__init__": start, **body})()


def _method(recorder: Recorder, event: Event, part: Scripted) -> Callable[..., Any]:
    mine = [(number, act) for number, act in enumerate(part.acts) if act.event is event]
    who = part.name

    def watch(self: Any, *positional: Any, **keywords: Any) -> None:
        recorder.saw(who, event, positional, keywords)
        recorder.done()

    def play(self: Any, *positional: Any, **keywords: Any) -> Any:
        call = recorder.saw(who, event, positional, keywords)
        _, state, control = _three(positional, keywords)
        back = None
        try:
            for number, act in mine:
                due = act.step is None or act.step == getattr(state, "global_step", None)
                if due and not 0 < act.times <= self.acted[number]:
                    self.acted[number] += 1
                    back = _play(recorder, act, control)
        finally:
            call.exit = _flags(back if _flags(back) is not None else control) or ""
        if back is not None:
            call.returned = recorder.control_returned(back)
        recorder.done()
        return back

    method = play if mine else watch
    method.__name__ = event.value
    return method


def _play(recorder: Recorder, act: Act, control: Any) -> Any:
    back = {"none": None, "same": control, "new": copy.copy(control), "junk": "x"}[act.gives]
    changed = back if act.gives == "new" else control
    for letters, value in ((act.raises, True), (act.lowers, False)):
        for letter in letters:
            setattr(changed, Flag(letter).field, value)
    if act.does:
        recorder.inside(+1)
        try:
            _ask(recorder, act)
        finally:
            recorder.inside(-1)
    return back


def _ask(recorder: Recorder, act: Act) -> None:
    if act.does == "fail":
        raise ScriptedError(str(act))
    assert recorder.controls is not None, "the adapter did not give the recorder its controls"
    if act.does == "evaluate":
        recorder.controls.evaluate()
    elif act.does == "log":
        recorder.controls.log({act.whom: 1.0})
    else:
        adding = act.does == "add"
        (recorder.controls.add if adding else recorder.controls.remove)(
            recorder.callbacks[act.whom]
        )
        recorder.present(act.whom, adding)


def _three(positional: tuple[Any, ...], keywords: dict[str, Any]) -> tuple[Any, Any, Any]:
    """args, state and control, however they came."""
    if len(positional) >= 3:
        return positional[0], positional[1], positional[2]
    given = dict(zip(_THREE, positional, strict=False))
    args, state, control = (given.get(name, keywords.get(name)) for name in _THREE)
    return args, state, control


_THREE = ("args", "state", "control")


_get_flags = attrgetter(*(flag.field for flag in Flag))
_LETTERS = {
    tuple(bool(bits >> n & 1) for n in range(5)): "".join(
        flag for n, flag in enumerate(Flag) if bits >> n & 1
    )
    for bits in range(32)
}


def _flags(control: object) -> str | None:
    """The letters of the flags that are set; None for something that is no control."""
    try:
        values = _get_flags(control)
    except AttributeError:
        return None
    letters = _LETTERS.get(values)
    return letters if letters is not None else _LETTERS[tuple(map(bool, values))]


def plain(value: object) -> Value:
    """A value as a trace holds it: four decimals, NaN and infinities as text, or a type's name."""
    if value is None or isinstance(value, str | bool | int):
        return value
    try:
        number = float(value)  # type: ignore[arg-type]  # numpy scalars and tensors of one element
    except (TypeError, ValueError):
        return f"<{type(value).__name__}>"
    return round(number, 4) if math.isfinite(number) else str(number)


_TIMED = ("_runtime", "_per_second", "_time")


def values(logs: Mapping[str, object] | None) -> dict[str, Value] | None:
    """Logs as a trace holds them: what measures time or speed keeps its key and loses its value."""
    if logs is None:
        return None
    return {name: None if name.endswith(_TIMED) else plain(value) for name, value in logs.items()}


def history(entries: object) -> list[dict[str, Value]] | None:
    """A `log_history` as a trace holds it."""
    return None if not isinstance(entries, list) else [values(entry) or {} for entry in entries]


def _rounded(value: object, digits: int) -> float | None:
    return round(float(value), digits) if isinstance(value, int | float) else None


def _length(entries: object) -> int | None:
    return len(entries) if isinstance(entries, list) else None
