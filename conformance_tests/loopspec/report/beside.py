"""What was due beside what came: a stretch of a trace aligned with the machine's prediction.

The prediction is that of a trainer without any defect. Where a trainer may differ, by a variant,
the two differ too: which difference breaks a rule is for the rule to say.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterator, Sequence, Set
from typing import NamedTuple

from loopspec.corpus import CORPUS
from loopspec.machine.predict import predict
from loopspec.report.stretch import AROUND, Row, stretch
from loopspec.vocabulary import Capability, Event, Flag

_EVENTS = {
    Event.PRE_OPTIMIZER_STEP: Capability.OPTIMIZER_EVENTS,
    Event.OPTIMIZER_STEP: Capability.OPTIMIZER_EVENTS,
    Event.SUBSTEP_END: Capability.ACCUMULATION,
    Event.EPOCH_BEGIN: Capability.EPOCHS,
    Event.EPOCH_END: Capability.EPOCHS,
    Event.LOG: Capability.LOGGING,
    Event.PREDICTION_STEP: Capability.EVALUATION,
    Event.EVALUATE: Capability.EVALUATION,
    Event.SAVE: Capability.SAVING,
    Event.PREDICT: Capability.PREDICTION,
    Event.PUSH_BEGIN: Capability.PUSHING,
}
_FLAGS = {
    Flag.TRAINING_STOP: Capability.TRAINING_STOP,
    Flag.EPOCH_STOP: Capability.EPOCH_STOP,
    Flag.SAVE: Capability.REQUESTS,
    Flag.EVALUATE: Capability.REQUESTS,
    Flag.LOG: Capability.REQUESTS,
}

_EXTRA, _MISSING, _STEP, _FAR, _FLAGS_DIFFER = 1.0, 0.25, 0.6, 0.3, 0.1
"""What each kind of difference costs. Events that did not come are cheap, as where one did not,
more of its kind are likely not to have come."""


class Pair(NamedTuple):
    """One event as it was due and as it came; None on the side where there is none."""

    due: Row | None
    came: Row | None

    @property
    def differs(self) -> bool:
        """Whether event, step or flags are not the same."""
        return self.due is None or self.came is None or _look(self.due) != _look(self.came)


def beside(scenario: str, text: str, rows: Sequence[Row], has: Set[Capability]) -> list[Pair]:
    """The rows of a stretch, each with what was due there, and what was due and did not come.

    Args:
        scenario: its name.
        text: it in words. Of one that is not in the corpus as it is described, and of one for
            several processes, which the machine does not predict, nothing is due.
        has: what the subject has; what it lacks is not due.
    """
    known = CORPUS.get(scenario)
    if known is None or known.processes > 1 or str(known) != text:
        return [Pair(None, row) for row in rows]
    met = {row.event for row in rows}
    letters = {letter for row in rows for letter in row.entry + row.exit}
    letters |= {flag for flag, needed in _FLAGS.items() if needed in has}
    lacking = {event for event, needed in _EVENTS.items() if needed not in has} - met
    due = [_masked(row, letters) for row in predicted(scenario) if row.event not in lacking]
    pairs, last = _aligned(due, rows)
    return [*pairs, *(Pair(row, None) for row in due[last : last + _cut_off(rows)])]


@functools.cache
def predicted(scenario: str) -> tuple[Row, ...]:
    """All rows of the trace that is due, by the name of a scenario of the corpus."""
    trace = predict(CORPUS[scenario])
    return tuple(stretch(trace, 0, around=len(trace.records)))


def _masked(row: Row, letters: Set[str]) -> Row:
    entry, exit_ = ("".join(f for f in x if f in letters) for x in (row.entry, row.exit))
    return Row(row.record, row.event, row.step, entry, exit_, row.acts)


def _cut_off(rows: Sequence[Row]) -> int:
    """How many rows the stretch is short of behind the one that is meant: so many did not come."""
    behind = next((n for n, row in enumerate(reversed(rows)) if row.here), AROUND)
    return AROUND - behind


def _look(row: Row) -> tuple[str, int | None, str, str]:
    return row.event, row.step, row.entry, row.exit


def _aligned(due: Sequence[Row], came: Sequence[Row]) -> tuple[list[Pair], int]:
    """All that came, in order, paired with what is due at the least cost, and how much of what is
    due has been passed by then. What is due behind the stretch costs nothing, nor what
    is due before it, unless it begins where the trace begins."""
    begins = bool(came) and came[0].record == 0
    skipped = _MISSING if begins else 0.0
    costs = [[i * skipped] + [0.0] * len(came) for i in range(len(due) + 1)]
    for i in range(len(due) + 1):
        for j in range(1, len(came) + 1):
            costs[i][j] = min(cost for cost, _, _ in _ways(costs, due, came, i, j))
    last = min(range(len(due) + 1), key=lambda i: costs[i][-1])
    pairs: list[Pair] = []
    i, j = last, len(came)
    while j or (begins and i):
        # Of two ways that cost the same the first one: what was due stands before what came.
        _, before_i, before_j = min(_ways(costs, due, came, i, j), key=operator.itemgetter(0))
        pairs.append(
            Pair(due[i - 1] if before_i < i else None, came[j - 1] if before_j < j else None)
        )
        i, j = before_i, before_j
    return pairs[::-1], last


def _ways(
    costs: list[list[float]], due: Sequence[Row], came: Sequence[Row], i: int, j: int
) -> Iterator[tuple[float, int, int]]:
    """The ways to come to a place of the alignment: what each costs, and the place before it."""
    if j:
        yield costs[i][j - 1] + _EXTRA, i, j - 1
    if i:
        yield costs[i - 1][j] + _MISSING, i - 1, j
    if i and j:
        one, other = due[i - 1], came[j - 1]
        if one.event == other.event:
            far = min(_FAR, abs(one.record - other.record) / 100)
            apart = _STEP * (one.step != other.step) + _FLAGS_DIFFER * (_look(one) != _look(other))
            yield costs[i - 1][j - 1] + far + apart, i - 1, j - 1
