"""Changes of what callbacks were given, and did: flags, control, order."""

from __future__ import annotations

from random import Random

import msgspec

from loopspec.trace import Call, Trace
from loopspec.vocabulary import Flag
from spoiling.records import one


def toggled(flags: str, flag: str) -> str:
    return "".join(each for each in Flag if (each in flags) != (each == flag))


def flag(trace: Trace, lot: Random) -> None:
    """A flag is other than it was: as one callback found it, or left it, or from then on."""
    first, flag = one(trace, lot), lot.choice(list(Flag))
    which, on = lot.choice(("entry", "exit", "both")), lot.random() < 0.5
    for record in trace.records[first.i : first.i + 4] if on else [first]:
        for call in record.calls if on else [lot.choice(record.calls)]:
            if which != "exit":
                call.entry = toggled(call.entry, flag)
            if which != "entry":
                call.exit = toggled(call.exit, flag)


def control(trace: Trace, lot: Random) -> None:
    first, on = one(trace, lot), lot.random() < 0.3
    other = lot.choice((None, 1, 9))
    for record in trace.records[first.i :] if on else [first]:
        for call in record.calls[lot.randrange(len(record.calls)) :]:
            call.control = other


def returned(trace: Trace, lot: Random) -> None:
    call = lot.choice(one(trace, lot).calls)
    call.returned = lot.choice((None, call.control, 5, "str"))


def called(trace: Trace, lot: Random) -> None:
    """A callback is missing, called twice, called earlier, or another one is."""
    calls = one(trace, lot).calls
    n, how = lot.randrange(len(calls)), lot.randrange(4)
    if how == 0 and len(calls) > 1:
        del calls[n]
    elif how == 1:
        calls.insert(n, msgspec.structs.replace(calls[n]))
    elif how == 2:
        calls.reverse()
    else:
        calls[n] = Call("stranger", calls[n].control, calls[n].entry, calls[n].exit)
