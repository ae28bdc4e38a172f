"""The evaluations of a run as early stopping should see them: what improved, what counts.

Each evaluation is compared with the best value that the state held when it came, so that a fault in
keeping the best is no fault of early stopping; where the state holds none, with the best so far.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import msgspec

from loopspec.machine.players import is_better, metric_key, refuses
from loopspec.scenario import EarlyStopping, Scenario
from loopspec.trace import Record, Trace, Value
from loopspec.vocabulary import Event, Flag

T = Flag.TRAINING_STOP


class Evaluation(msgspec.Struct, gc=False):
    """An `on_evaluate` that has the metric. `stops`: whether the callback set the stop there, None
    where it stood before. `kind` is `first`, `better`, `worse`, `equal`, `short` (better, but not
    by more than the threshold), `nan`, or `unclear` (a matter of rounding). `streak` are the kinds
    since the last improvement; `improved` says whether there was any in this run. `total` counts
    what did not improve in the whole run, `anchored` what did not improve on the last value that
    was better by more than the threshold, `chained` those in a row that did not improve on the one
    before. `carry` is the streak with which the run before ended.
    """

    record: Record
    value: float
    kind: str
    streak: list[str]
    improved: bool
    total: int
    anchored: int
    chained: int
    carry: int
    stops: bool | None


class Course(msgspec.Struct):
    """One run: its evaluations, those before the first epoch, and those without the metric; `job`
    has the arguments of its trainer."""

    number: int
    job: Scenario
    evaluations: list[Evaluation]
    on_start: list[Record]
    without: list[Record]


def courses(trace: Trace) -> list[Course]:
    """The runs of a trace with early stopping; made once for each trace."""
    made: list[Course] | None = trace.__dict__.get("_courses")
    if made is None:
        wanted = trace.scenario.early_stopping
        made = trace.__dict__["_courses"] = list(_courses(trace, wanted)) if wanted else []
    return made


def maximises(job: Scenario) -> bool:
    """Whether greater is better."""
    return is_better(1.0, 0.0, job)


def number(value: Value) -> float:
    """A value of a trace as a number; NaN and infinities are text there."""
    try:
        return float(value)  # type: ignore[arg-type]  # None is what the except is for
    except (TypeError, ValueError):
        return math.nan


def _courses(trace: Trace, wanted: EarlyStopping) -> Iterator[Course]:
    carry = 0
    for n, run in enumerate(trace.runs):
        if trace.scenario.calls[run[0].call - 1] != "train":
            continue  # a resumed run has a best value from before
        job = trace.job_of(run[0].call)
        key, up = metric_key(job), maximises(job)
        nested = any(r.depth and r.call == run[0].call for r in trace.of(Event.EVALUATE))
        if refuses(job) or nested:
            carry = 0
            continue  # an evaluation inside of an event counts too, and leaves the best alone
        begun = next((r.i for r in run if r.event is Event.EPOCH_BEGIN), 1 << 62)
        evaluated = [r for r in run if r.event is Event.EVALUATE]
        counted = [r for r in evaluated if r.i > begun]
        having = [r for r in counted if (r.metrics or {}).get(key) is not None]
        values = [number((r.metrics or {})[key]) for r in having]
        found = list(_evaluations(having, values, up, wanted.threshold, carry))
        for evaluation in found:
            evaluation.stops = sets_stop(run, evaluation.record)
        yield Course(
            n,
            job,
            found,
            [r for r in evaluated if r.i < begun],
            [r for r in counted if r not in having],
        )
        carry = len(found[-1].streak) if found else 0


def _evaluations(
    records: list[Record], values: list[float], up: bool, threshold: float, carry: int
) -> Iterator[Evaluation]:
    best = anchor = math.nan
    streak: list[str] = []
    previous: float | None = None
    improved, total, anchored, chained = False, 0, 0, 0
    for record, value in zip(records, values, strict=True):
        held = best if record.best is None else number(record.best)
        kind = "first" if record is records[0] else _kind(value, held, up, threshold)
        improved = improved or kind == "better"
        missed = kind not in ("first", "better")
        streak = [*streak, kind] if missed else []
        total += missed
        moves = math.isnan(anchor) or _kind(value, anchor, up, threshold) == "better"
        anchored = 0 if moves else anchored + 1
        anchor = value if moves else anchor
        gains = previous is None or _kind(value, previous, up, threshold) == "better"
        chained, previous = 0 if gains else chained + 1, value
        if not math.isnan(value):
            best = value if math.isnan(best) else (max if up else min)(best, value)
        yield Evaluation(
            record, value, kind, streak, improved, total, anchored, chained, carry, None
        )


def _kind(value: float, best: float, up: bool, threshold: float) -> str:
    if math.isnan(value):
        return "nan"
    if math.isnan(best):
        return "better"
    if value == best:
        return "equal"  # infinities too, which have no difference
    gain = value - best if up else best - value
    if gain <= 0:
        return "worse" if gain else "equal"
    if gain != threshold and math.isclose(gain, threshold):
        return "unclear"
    return "better" if gain > threshold else "short"


def sets_stop(run: list[Record], record: Record) -> bool | None:
    """Whether the trainer's own callback set the stop at this event; None if it stood before."""
    calls = record.calls
    if calls[0].control is None:
        return _ends(run, record)
    if T in calls[0].entry:
        return None
    if any(T in b.entry and T not in a.exit for a, b in itertools.pairwise(calls)):
        return True  # whatever a callback of the script does with it then
    if any(T in a.exit and T not in a.entry for a in calls):
        return False  # a callback of the script did
    after = next((r for r in run if r.i > record.i), None)
    return T in record.exit or (after is not None and T in after.entry)


def _ends(run: list[Record], record: Record) -> bool | None:
    """For a trainer without flags: whether no step follows, though one was planned."""
    if record.step is None or record.max_steps is None or record.step >= record.max_steps:
        return None
    return not any(r.event in _WORK for r in run if r.i > record.i)


_WORK = (Event.STEP_BEGIN, Event.SUBSTEP_END, Event.STEP_END, Event.EPOCH_BEGIN)


def stops_at(values: list[float], up: bool, patience: int, threshold: float) -> int | None:
    """The evaluation, counted from 1, at which early stopping should stop by these values."""
    best, misses = math.nan, 0
    for n, value in enumerate(values, 1):
        better = n == 1 or _kind(value, best, up, threshold) == "better"
        misses = 0 if better else misses + 1
        if not math.isnan(value):
            best = value if math.isnan(best) else (max if up else min)(best, value)
        if misses >= patience:
            return n
    return None
