"""Changes of what calls of the user gave back, and of how it all ended."""

from __future__ import annotations

from random import Random

from loopspec.trace import Outcome, Trace
from loopspec.vocabulary import Flag
from spoiling.callbacks import toggled
from spoiling.records import VALUES, changed

WORDS = ("", "ValueError: no", "RuntimeError: a tracker")
"""What an exception may say."""


def back(trace: Trace, lot: Random) -> bool:
    """What a call of the user gave back is other than it was."""
    if not trace.returns:
        return False
    line = lot.choice(trace.returns)
    fields: list[str] = ["step", "flags", "history", "seen", "raised", "gone"]
    field = lot.choice(fields)
    if field == "step":
        line.step = lot.choice((None, (line.step or 0) + 1, 0))
    elif field == "flags":
        line.flags = toggled(line.flags or "", lot.choice(list(Flag)))
    elif field == "history" and line.history:
        n = lot.randrange(len(line.history))
        entry = changed(line.history[n], VALUES, lot)
        line.history[n : n + 1] = lot.choice(([], [entry], [entry, entry]))
    elif field == "seen" and line.seen:
        line.seen = changed(line.seen, VALUES, lot)
    elif field == "raised":
        line.raised = "" if line.raised else "RuntimeError"
    elif field == "gone":
        trace.returns.remove(line)
    return True


def ended(trace: Trace, lot: Random) -> None:
    kinds = ("completed", "scripted", "raised", "killed", "left-out")
    kind, words, during = lot.choice(kinds), lot.choice(WORDS), lot.choice(("", "train"))
    trace.outcome = trace.ended = Outcome(kind, words, during=during)  # type: ignore[arg-type]  # kinds are literals


def given_up(trace: Trace, lot: Random) -> None:
    """A call of the user raised before it fired anything."""
    number = lot.randint(1, len(trace.scenario.calls))
    trace.records[1:] = [record for record in trace.records[1:] if record.call < number]
    trace.returns[:] = [line for line in trace.returns if line.call < number]
    during = trace.scenario.calls[number - 1].partition("@")[0]
    trace.outcome = trace.ended = Outcome("raised", lot.choice(WORDS), during=during)
