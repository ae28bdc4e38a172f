"""Traces that no trainer made: predicted ones with something changed, nobody thought of what.

Each change is a line of the table. Where it is made is drawn by lot, the same place each time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import msgspec

from loopspec.trace import Call, Outcome, Record, Trace
from loopspec.vocabulary import Event, Flag

Change = Callable[[Trace, Random], None]
EACH = 10
"""Spoiled traces for each scenario."""


def spoiled(trace: Trace) -> Iterator[tuple[str, Trace]]:
    """So many versions of a trace, each with the names of its changes."""
    for number in range(EACH):
        lot = Random(f"{trace.scenario.name} {number}")
        names = lot.sample(sorted(CHANGES), 1 if number < EACH - 2 else 2)
        copy = _copied(trace)
        for name in names:
            CHANGES[name](copy, lot)
        yield f"{number} {' and '.join(names)}", _copied(copy)


def _copied(trace: Trace) -> Trace:
    """The same, with records numbered anew and nothing kept from before."""
    lines = [*trace.records, *trace.returns]
    copies = [msgspec.convert(msgspec.to_builtins(line), type(line)) for line in lines]
    for number, record in enumerate(line for line in copies if isinstance(line, Record)):
        record.i = number
    outcome = msgspec.structs.replace(trace.outcome)
    return Trace(trace.scenario, trace.by, copies, outcome)


def _one(trace: Trace, lot: Random) -> Record:
    return lot.choice(trace.records)


def _on(field: str, *values: Callable[[Any], Any]) -> Change:
    """A field of one record has another value, or of all from there on."""

    def change(trace: Trace, lot: Random) -> None:
        first, value, on = _one(trace, lot), lot.choice(values), lot.random() < 0.3
        for record in trace.records[first.i :] if on else [first]:
            setattr(record, field, value(getattr(record, field)))

    return change


def _more(by: float) -> Callable[[Any], Any]:
    return lambda value: value + by if isinstance(value, int | float) else by


def _const(value: Any) -> Callable[[Any], Any]:
    return lambda _: value


def _drop(trace: Trace, lot: Random) -> None:
    trace.records.remove(_one(trace, lot))


def _repeat(trace: Trace, lot: Random) -> None:
    record = _one(trace, lot)
    trace.records.insert(record.i, msgspec.structs.replace(record))


def _swap(trace: Trace, lot: Random) -> None:
    records = trace.records
    n = lot.randrange(len(records))
    records[n - 1 : n + 1] = reversed(records[n - 1 : n + 1])


def _toggled(flags: str, flag: str) -> str:
    return "".join(each for each in Flag if (each in flags) != (each == flag))


def _flag(trace: Trace, lot: Random) -> None:
    """A flag is other than it was: as one callback found it, or left it, or from then on."""
    first, flag = _one(trace, lot), lot.choice(list(Flag))
    which, on = lot.choice(("entry", "exit", "both")), lot.random() < 0.5
    for record in trace.records[first.i : first.i + 4] if on else [first]:
        for call in record.calls if on else [lot.choice(record.calls)]:
            if which != "exit":
                call.entry = _toggled(call.entry, flag)
            if which != "entry":
                call.exit = _toggled(call.exit, flag)


def _control(trace: Trace, lot: Random) -> None:
    first, on = _one(trace, lot), lot.random() < 0.3
    other = lot.choice((None, 1, 9))
    for record in trace.records[first.i :] if on else [first]:
        for call in record.calls[lot.randrange(len(record.calls)) :]:
            call.control = other


def _returned(trace: Trace, lot: Random) -> None:
    call = lot.choice(_one(trace, lot).calls)
    call.returned = lot.choice((None, call.control, 5, "str"))


def _called(trace: Trace, lot: Random) -> None:
    """A callback is missing, called twice, called earlier, or another one is."""
    calls = _one(trace, lot).calls
    n, how = lot.randrange(len(calls)), lot.randrange(4)
    if how == 0 and len(calls) > 1:
        del calls[n]
    elif how == 1:
        calls.insert(n, msgspec.structs.replace(calls[n]))
    elif how == 2:
        calls.reverse()
    else:
        calls[n] = Call("stranger", calls[n].control, calls[n].entry, calls[n].exit)


def _in(field: str, *values: Any) -> Change:
    """Something in a dict of a record is gone, new, or other than it was."""

    def change(trace: Trace, lot: Random) -> None:
        having = [record for record in trace.records if getattr(record, field)]
        if not having:
            return
        record = lot.choice(having)
        setattr(record, field, _changed(getattr(record, field), values, lot))

    return change


def _changed(found: dict[str, Any], values: tuple[Any, ...], lot: Random) -> dict[str, Any]:
    name, how = lot.choice(sorted(found)), lot.randrange(4)
    if how == 0:
        return {key: value for key, value in found.items() if key != name}
    if how == 1:
        return {**found, "stranger": lot.choice(values)}
    return {**found, name: _other(found[name], values, lot)}


def _other(value: Any, values: tuple[Any, ...], lot: Random) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, list) and value:
        cut = lot.randrange(len(value))
        return lot.choice((value[:cut] + value[cut + 1 :], [*value, value[cut]], value[::-1]))
    if isinstance(value, dict) and value:
        return _changed(value, values, lot)
    if isinstance(value, int | float) and lot.random() < 0.5:
        return value + lot.choice((-1, 1, 0.25))
    return lot.choice(values)


def _back(trace: Trace, lot: Random) -> None:
    """What a call of the user gave back is other than it was."""
    if not trace.returns:
        return
    line = lot.choice(trace.returns)
    fields: list[str] = ["step", "flags", "history", "seen", "raised", "gone"]
    field = lot.choice(fields)
    if field == "step":
        line.step = lot.choice((None, (line.step or 0) + 1, 0))
    elif field == "flags":
        line.flags = _toggled(line.flags or "", lot.choice(list(Flag)))
    elif field == "history" and line.history:
        n = lot.randrange(len(line.history))
        changed = _changed(line.history[n], _VALUES, lot)
        line.history[n : n + 1] = lot.choice(([], [changed], [changed, changed]))
    elif field == "seen" and line.seen:
        line.seen = _changed(line.seen, _VALUES, lot)
    elif field == "raised":
        line.raised = "" if line.raised else "RuntimeError"
    elif field == "gone":
        trace.returns.remove(line)


def _ended(trace: Trace, lot: Random) -> None:
    kinds = ("completed", "scripted", "raised")
    words = lot.choice(("", "ValueError: no", "RuntimeError: a tracker"))
    trace.outcome = Outcome(lot.choice(kinds), words, during=lot.choice(("", "train")))  # type: ignore[arg-type]  # kinds are literals


def _cut(trace: Trace, lot: Random) -> None:
    del trace.records[lot.randrange(1, len(trace.records) + 1) :]


_VALUES = (None, 0, 1, 2, 0.5, "nan", "text", True)
CHANGES: dict[str, Change] = {
    "an event is missing": _drop,
    "an event comes twice": _repeat,
    "two events change places": _swap,
    "the rest is missing": _cut,
    "another event": _on("event", *map(_const, Event)),
    "another step": _on("step", _more(1), _more(-1), _const(None)),
    "another epoch": _on("epoch", _more(0.5), _more(-1), _const(None)),
    "another max_steps": _on("max_steps", _more(1), _more(-1), _const(None)),
    "another length of the history": _on("history", _more(1), _more(-1), _const(0)),
    "another best metric": _on("best", _more(1), _more(-1), _const(None), _const("nan")),
    "another best step": _on("best_step", _more(1), _more(-1), _const(None)),
    "another state": _on("state", _const(7), _const(None)),
    "other args": _on("args", _const(7), _const(None)),
    "other positions": _on("positional", _const(2), _const(4)),
    "another depth": _on("depth", _const(1), _const(0)),
    "another call of the user": _on("call", _more(1), _more(-1)),
    "another flag": _flag,
    "another control": _control,
    "another answer": _returned,
    "other callbacks": _called,
    "other keywords": _in("keywords", True, False),
    "other logs": _in("logs", *_VALUES),
    "other metrics": _in("metrics", *_VALUES),
    "seen otherwise": _in("seen", *_VALUES),
    "other fields": _in("fields", *_VALUES),
    "another return": _back,
    "another end": _ended,
}
