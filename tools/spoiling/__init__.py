"""Traces that no trainer made: predicted ones with something changed, nobody thought of what.

Each change is a line of the table. Where it is made is drawn by lot, the same place each time.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random

import msgspec

from loopspec.corpus import CORPUS
from loopspec.trace import Record, Trace
from loopspec.vocabulary import Event
from spoiling import callbacks, ends, jobs, records
from spoiling.records import VALUES, Change, const, inside, more, on

__all__ = ["CHANGES", "EACH", "FILE", "FURTHER", "UNSPOILED", "numbered", "spoiled"]

FILE = Path(__file__).parent / "further_lots.json"
EACH = 10
"""Spoiled traces for each scenario."""
FURTHER: dict[str, list[int]] = json.loads(FILE.read_text("utf-8"))
"""For some scenarios, and for further ones, the numbers of further spoiled traces. Each tells a
mutant of a rule from the rule where nothing else does: `python -m mutation seek` has drawn lots
until it found them."""
UNSPOILED = -1
"""The number of the trace as it was predicted."""


def spoiled(trace: Trace, numbers: Iterable[int] | None = None) -> Iterator[tuple[str, Trace]]:
    """So many versions of a trace, each with the names of its changes.

    Args:
        numbers: which ones; those that are looked at by the tests where it is left out.
    """
    name = trace.scenario.name
    for number in numbers or numbered(name):
        lot = Random(f"{name} {number}")
        few = _BEGIN[number] if number < EACH else (1, 1, 2, 3)[number % 4]
        ranks = [_copied(one) for one in trace.ranks]
        names: list[str] = []
        for change in lot.sample(sorted(CHANGES), len(CHANGES)):
            one = lot.choice(ranks)
            if len(names) < few and one.records and CHANGES[change](one, lot) is not False:
                names.append(change)
        first, *others = map(_copied, ranks)
        outcome = others[-1].ended if trace.scenario.in_turn else first.outcome
        yield f"{number} {' and '.join(names)}".strip(), first.together(others, outcome)


def numbered(name: str) -> list[int]:
    """The numbers of the spoiled traces of a scenario that the tests look at."""
    return [*(range(EACH) if name in CORPUS else ()), *FURTHER.get(name, ())]


_BEGIN = {UNSPOILED: 0} | {number: 1 if number < EACH - 2 else 2 for number in range(EACH)}
"""How many changes those have that have small numbers."""


def _copied(trace: Trace) -> Trace:
    """The same, with records numbered anew and nothing kept from before."""
    lines = [*trace.records, *trace.returns]
    copies = [msgspec.convert(msgspec.to_builtins(line), type(line)) for line in lines]
    for number, record in enumerate(line for line in copies if isinstance(line, Record)):
        record.i = number
    copy = Trace(trace.scenario, trace.by, copies, trace.ended, rank=trace.rank)
    copy.outcome, copy.piece = trace.outcome, trace.piece
    copy.batches_before, copy.epochs_before = trace.batches_before, trace.epochs_before
    return copy


CHANGES: dict[str, Change] = {
    "an event is missing": records.drop,
    "an event comes twice": records.repeat,
    "two events change places": records.swap,
    "the rest is missing": records.cut,
    "another event": on("event", *map(const, Event)),
    "another step": on("step", more(1), more(-1), const(None)),
    "another epoch": on("epoch", more(0.5), more(-1), const(None)),
    "another max_steps": on("max_steps", more(1), more(-1), const(None)),
    "another length of the history": on("history", more(1), more(-1), const(0)),
    "another best metric": on("best", more(1), more(-1), const(None), const("nan")),
    "another best step": on("best_step", more(1), more(-1), const(None)),
    "another state": on("state", const(7), const(None)),
    "other args": on("args", const(7), const(None)),
    "other positions": on("positional", const(2), const(4)),
    "another depth": on("depth", const(1), const(0)),
    "another call of the user": records.call,
    "another piece": records.piece,
    "another job": jobs.job,
    "other calls of the user": jobs.calls,
    "another script": jobs.script,
    "another trainer": jobs.trainer,
    "another flag": callbacks.flag,
    "another control": callbacks.control,
    "another answer": callbacks.returned,
    "other callbacks": callbacks.called,
    "other keywords": inside("keywords", True, False),
    "other logs": inside("logs", *VALUES),
    "other metrics": inside("metrics", *VALUES),
    "seen otherwise": inside("seen", *VALUES),
    "other fields": inside("fields", *VALUES),
    "another return": ends.back,
    "another end": ends.ended,
    "a call gives up": ends.given_up,
}
