"""Checks of the chapter on early stopping.

At each evaluation the callback either sets the stop or it does not. Which rule that tells of
depends on what is special there: `_RULES` is read from the top, the first that applies judges.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TypeAlias

from loopspec.machine.players import is_better, metric_key, refuses, worst
from loopspec.rules.checking import Finding, Findings, check, saw, variant
from loopspec.rules.patience import (
    Course,
    Evaluation,
    courses,
    maximises,
    number,
    sets_stop,
    stops_at,
)
from loopspec.rules.windows import Window, windows
from loopspec.scenario import Scenario
from loopspec.trace import Record, Trace
from loopspec.vocabulary import Event, Flag

T, _, S, _, _ = Flag

Applies: TypeAlias = Callable[[Trace, Course, Evaluation, int], bool]


def _due(e: Evaluation, patience: int) -> bool:
    return len(e.streak) >= patience


def _hangs_on(e: Evaluation, patience: int) -> list[str]:
    """Where the patience is used up: the kinds without which, taken as improvements, it was not."""
    latest = e.streak[-patience:]
    return [kind for kind in _SPECIAL if _due(e, patience) and kind in latest]


_SPECIAL = ("nan", "equal", "short")


def _off_a_save(s: Scenario, e: Evaluation) -> bool:
    return s.save_strategy != "no" and s.save_steps != s.eval_steps and S not in e.record.exit


def _prefixed(job: Scenario) -> bool:
    return (job.metric_for_best_model or "").startswith("eval_")


_RULES: tuple[tuple[str, Applies], ...] = (
    ("STOP-16", lambda trace, course, e, p: p < 1),
    ("STOP-18", lambda trace, course, e, p: bool(trace.scenario.eval_sets)),
    ("STOP-22", lambda trace, course, e, p: _prefixed(course.job)),
    ("STOP-23", lambda trace, course, e, p: any(math.isinf(o.value) for o in course.evaluations)),
    ("STOP-13", lambda trace, course, e, p: math.isnan(course.evaluations[0].value)),
    ("", lambda trace, course, e, p: "unclear" in e.streak),
    ("STOP-25", lambda trace, course, e, p: _due(e, p) is not (e.chained >= p)),
    ("STOP-14", lambda trace, course, e, p: _due(e, p) is not (e.anchored >= p)),
    ("STOP-11", lambda trace, course, e, p: _due(e, p) and _off_a_save(course.job, e)),
    ("STOP-12", lambda trace, course, e, p: e.kind == "nan" or _hangs_on(e, p) == ["nan"]),
    ("STOP-3", lambda trace, course, e, p: _hangs_on(e, p) == ["equal"]),
    ("STOP-4", lambda trace, course, e, p: _hangs_on(e, p) == ["short"]),
    ("", lambda trace, course, e, p: bool(_hangs_on(e, p))),
    ("STOP-1", lambda trace, course, e, p: _due(e, p)),
    ("STOP-2", lambda trace, course, e, p: e.total >= p and e.improved),
    ("STOP-19", lambda trace, course, e, p: bool(course.on_start)),
    ("STOP-15", lambda trace, course, e, p: course.number > 0 and e.kind == "first"),
    ("STOP-15", lambda trace, course, e, p: len(e.streak) + e.carry >= p and not e.improved),
    ("STOP-5", lambda trace, course, e, p: len(e.streak) + 1 >= p and not e.improved),
    ("STOP-5", lambda trace, course, e, p: e.kind == "first"),
    ("STOP-1", lambda trace, course, e, p: True),
)
"""What is special, in the order of asking: the rule, and whether it judges this evaluation. Down to
the first STOP-1 some of them find the patience used up; below it, it is not."""


def _judged(trace: Trace) -> dict[str, list[tuple[Course, Evaluation]]]:
    """The evaluations of which each rule tells; made once for each trace."""
    made: dict[str, list[tuple[Course, Evaluation]]] | None = trace.__dict__.get("_judged")
    if made is None:
        made = trace.__dict__["_judged"] = {}
        wanted = trace.scenario.early_stopping
        for course in courses(trace) if wanted and not _turned(trace) else ():
            for e in course.evaluations if _tracked(course) else ():
                if wanted and e.stops is not None:
                    p = wanted.patience
                    rule = next(name for name, applies in _RULES if applies(trace, course, e, p))
                    made.setdefault(rule, []).append((course, e))
    return made


def _patience(trace: Trace) -> int:
    return trace.scenario.early_stopping.patience if trace.scenario.early_stopping else 0


def _held(trace: Trace, e: Evaluation) -> Finding:
    """Whether the callback stops just when its patience is used up."""
    patience, misses = _patience(trace), len(e.streak)
    if misses >= patience:
        words = f"{T.field} set, after {misses} in a row without improvement"
        return saw(e.record, bool(e.stops), words, "not set")
    words = f"{T.field} not set: {misses} of {patience} in a row without improvement"
    return saw(e.record, not e.stops, words, "set")


def _plainly(rule: str) -> None:
    @check(rule)
    def held(trace: Trace) -> Findings:
        for _, e in _judged(trace).get(rule, ()):
            yield _held(trace, e)


for _rule in ("STOP-1", "STOP-2", "STOP-4", "STOP-5", "STOP-22", "STOP-23", "STOP-25"):
    _plainly(_rule)


def _by_name(rule: str, stopping: str, going_on: str) -> None:
    """A rule that names what came of it: the stop was set, or it was not."""

    @check(rule)
    def named(trace: Trace) -> Findings:
        for _, e in _judged(trace).get(rule, ()):
            yield variant(e.record, stopping if e.stops else going_on)


for _rule, _stopping, _going_on in (
    ("STOP-3", "a-miss", "no-miss"),
    ("STOP-11", "each-evaluation", "at-saves"),
    ("STOP-14", "moving", "anchored"),
):
    _by_name(_rule, _stopping, _going_on)


# Direction ----------------------------------------------------------------------------------------


def _directions(trace: Trace) -> Iterator[tuple[Course, Record, bool]]:
    """Each run that tells the direction, where it stopped, and whether that was the wrong one.

    Only a stop that a patience wrong by one would not explain tells of the direction.
    """
    wanted = trace.scenario.early_stopping
    for course in courses(trace) if wanted and wanted.patience > 0 else ():
        if trace.scenario.eval_sets or course.on_start or wanted is None:
            continue
        up = maximises(course.job)
        stopped = [n for n, e in enumerate(course.evaluations, 1) if e.stops]
        values = [e.value for e in course.evaluations]
        values += [number(v) for v in trace.scenario.metrics[len(values) :] if course.number == 0]
        early, right, late = (
            stops_at(values, up, wanted.patience + more, wanted.threshold) for more in (-1, 0, 1)
        )
        wrong = stops_at(values, not up, wanted.patience, wanted.threshold)
        telling = right is not None and wrong not in (None, early, right, late)
        if telling and stopped and stopped[0] in (right, wrong):
            yield course, course.evaluations[stopped[0] - 1].record, stopped[0] == wrong


def _turned(trace: Trace) -> bool:
    """Whether it stops as if worse were better: then nothing else can be told."""
    return any(wrong for *_, wrong in _directions(trace))


def _direction(trace: Trace, named: bool) -> Findings:
    for course, record, wrong in _directions(trace):
        if (course.job.greater_is_better is None) is named:
            way = "greater" if maximises(course.job) else "lower"
            words = f"{way} values of {course.job.metric_for_best_model} to be better"
            yield saw(record, not wrong, words, f"a stop as if {way} were worse")


@check("STOP-6")
def direction_as_asked(trace: Trace) -> Findings:
    yield from _direction(trace, named=False)


@check("STOP-7")
def direction_by_name(trace: Trace) -> Findings:
    yield from _direction(trace, named=True)


# What a stop does, and what the state holds -------------------------------------------------------


@check("STOP-8")
def the_save_comes_first(trace: Trace) -> Findings:
    where = {record.i: window for window in windows(trace) for record in window.served}
    for course in courses(trace):
        for e in course.evaluations:
            window = where.get(e.record.i)
            if e.stops and window is not None:
                yield from _after_the_stop(window, e.record)


def _after_the_stop(window: Window, at: Record) -> Findings:
    taken = any(S in call.entry and S not in call.exit for call in at.calls)
    if S in at.exit or (
        S in at.entry and not taken
    ):  # unless a callback of the script took it back
        saved = any(r.event is Event.SAVE and r.i > at.i for r in window.served)
        yield saw(at, saved, "the save that is due at this step, then the stop", "no on_save")
    closing = window.closing
    after_step = window.opening.event is Event.STEP_END
    if closing is not None and after_step:
        good = closing.event is Event.EPOCH_END
        yield saw(at, good, "on_epoch_end after the stop", str(closing.event))


@check("STOP-9")
def best_is_that_of_before(trace: Trace) -> Findings:
    saves = {r.i: window for window in windows(trace) for r in window.served}
    put = {(deed.record.i, deed.act.whom) for deed in trace.done("put")}
    for course in courses(trace) if not _turned(trace) else ():
        key, known = metric_key(course.job), [worst(course.job)]  # which a trainer may start from
        # What an evaluation before training left is for STOP-19.
        for e in course.evaluations if not course.on_start else ():
            told = e.record.best is not None or course.number == 0
            if told and e.value not in known and not math.isnan(e.value):
                new = number(e.record.best) == e.value
                words = "best_metric to be that of the evaluations before"
                yield saw(e.record, not new, words, f"{e.record.best}, of this one")
            known.append(e.value)
            window = saves.get(e.record.i)
            good_one = e.kind in ("first", "better", "short") and not math.isnan(e.value)
            if window and good_one and (e.record.i, key) not in put:  # else another value is best
                for record in window.served:
                    if record.event is Event.SAVE and not _told_elsewhere(course, record):
                        good = record.best is not None and number(record.best) == e.value
                        words = f"best_metric {e.value:g}, of this step's evaluation, in on_save"
                        yield saw(record, good, words, record.best)


def _told_elsewhere(course: Course, save: Record) -> bool:
    """Whether this best value is for STOP-10, as nothing is kept, for STOP-13, as NaN is, or for
    STOP-19, as the value from before training is."""
    key = metric_key(course.job)
    untracked = save.best is None and not course.job.load_best_model_at_end
    wrong = ["nan", *((record.metrics or {}).get(key) for record in course.on_start)]
    return untracked or (save.best is not None and save.best in wrong)


def _tracked(course: Course) -> bool:
    """Whether the state holds a best value, or early stopping did without."""
    later = course.evaluations[1:]
    held = any(e.record.best is not None for e in later)
    asked = course.job.load_best_model_at_end
    return asked or held or not later or any(e.stops for e in later)


@check("STOP-10")
def best_is_tracked(trace: Trace) -> Findings:
    for course in courses(trace):
        if course.job.metric_for_best_model and not course.job.load_best_model_at_end:
            for e in course.evaluations[1:]:
                yield variant(e.record, "tracked" if e.record.best is not None else "not-tracked")


# What is odd --------------------------------------------------------------------------------------


@check("STOP-12")
def nan_is_no_improvement(trace: Trace) -> Findings:
    patience = _patience(trace)
    for _, e in _judged(trace).get("STOP-12", ()):
        if _due(e, patience):
            yield variant(e.record, "a-miss") if e.stops else _held(trace, e)
        elif e.stops:
            yield variant(e.record, "stops-at-once")


@check("STOP-13")
def nan_first(trace: Trace) -> Findings:
    for course, e in _judged(trace).get("STOP-13", ()):
        if e.kind == "first":
            if e.stops:
                yield variant(e.record, "counts-against")
        elif e is course.evaluations[1] and not math.isnan(e.value):
            if e.stops:
                yield saw(e.record, False, f"{e.value:g} to be better than NaN", "a stop")
            else:
                yield variant(e.record, "starts-over")


@check("STOP-15")
def a_second_run_starts_afresh(trace: Trace) -> Findings:
    for _, e in _judged(trace).get("STOP-15", ()):
        if e.kind == "first":
            yield saw(
                e.record, e.record.best is None, "no best_metric yet in this run", e.record.best
            )
        yield _held(trace, e)


@check("STOP-16")
def no_patience(trace: Trace) -> Findings:
    if trace.scenario.early_stopping is None or _patience(trace) > 0:
        return
    stopped = next((e for _, e in _judged(trace).get("STOP-16", ()) if e.stops), None)
    if stopped is not None:
        yield variant(
            stopped.record, "first-evaluation" if stopped.kind == "first" else "first-miss"
        )
    elif trace.outcome.kind == "raised":
        yield Finding(True, len(trace.records) - 1, variant="refused")
    elif trace.records:
        yield variant(trace.records[-1], "never")


@check("STOP-17")
def no_metric(trace: Trace) -> Findings:
    for course in courses(trace) if not trace.scenario.eval_sets else ():
        for record in course.without:
            last = record is trace.of(Event.EVALUATE)[-1]
            if trace.outcome.kind == "raised" and last:
                yield variant(record, "raises")
            elif sets_stop(trace.runs[course.number], record):
                yield saw(record, False, f"{T.field} not set without a metric", "set")
            else:
                yield variant(record, "ignored")


@check("STOP-18")
def the_set_that_has_the_metric(trace: Trace) -> Findings:
    for _, e in _judged(trace).get("STOP-18", ()):
        yield _held(trace, e)
    for course in courses(trace) if trace.scenario.eval_sets else ():
        for record in course.without:
            if sets_stop(trace.runs[course.number], record):
                yield saw(record, False, f"{T.field} not set by the other set", "set")


@check("STOP-19")
def evaluation_on_start(trace: Trace) -> Findings:
    for course in courses(trace) if _patience(trace) > 0 else ():
        for record in course.on_start:
            stops = sets_stop(trace.runs[course.number], record)
            yield saw(record, not stops, f"{T.field} not set before training", "set")
    for _, e in _judged(trace).get("STOP-19", ()):
        if e.kind == "first":
            best = e.record.best
            yield saw(e.record, best is None, "no best_metric from before training", best)
        yield _held(trace, e)


@check("STOP-20")
def only_an_evaluation_stops(trace: Trace) -> Findings:
    if trace.scenario.early_stopping is None:
        return
    for run in trace.runs:
        against = [r for r in run if r.event is not Event.EVALUATE and _set_in_between(r)]
        for record in against:
            words = f"{T.field} left alone by early stopping in {record.event}"
            yield saw(record, False, words, "set")
        if not against:
            yield saw(run[0], True, "")


def _set_in_between(record: Record) -> bool:
    """Whether the stop was set between two callbacks that did not, and not as the plan ends."""
    planned = None not in (record.step, record.max_steps)
    if planned and (record.step or 0) >= (record.max_steps or 0):
        return False
    pairs = zip(record.calls, record.calls[1:], strict=False)
    return any(T in b.entry and T not in a.exit for a, b in pairs)


# Around the run -----------------------------------------------------------------------------------


@check("STOP-21")
def nothing_to_go_by(trace: Trace) -> Findings:
    if refuses(trace.scenario) and trace.scenario.anew is trace.scenario and trace.records:
        epochs = trace.of(Event.EPOCH_BEGIN)
        words = "an error before the first epoch, as there is nothing to go by"
        yield saw((epochs or trace.records)[-1], not epochs, words, "training goes on")


@check("STOP-24")
def evaluated_by_hand(trace: Trace) -> Findings:
    wanted = trace.scenario.early_stopping
    if wanted is None or wanted.patience != 1 or not trace.runs:
        return
    trained = trace.runs[-1][-1].call
    for record in trace.top:
        job = trace.job_of(record.call)
        value = (record.metrics or {}).get(metric_key(job))
        known = None not in (value, record.best) and record.event is Event.EVALUATE
        later = known and record.call > trained and T not in record.entry
        if later and not is_better(number(value), number(record.best), job):
            yield variant(record, "counted" if T in record.exit else "not-counted")
