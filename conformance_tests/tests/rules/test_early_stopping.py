"""Each rule of the chapter on early stopping: which faulty callback it reports, with what words.

A fault is planted into the simulated trainer, which then plays every scenario of the chapter: the
rule must be the one that fails, whatever else the fault drags along being blocked.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec
import pytest

from loopspec.corpus import CORPUS
from loopspec.corpus.early_stopping import SCENARIOS
from loopspec.judge import judge
from loopspec.machine.players import Control, Stage, Stopper, is_better, metric_key, refuses
from loopspec.machine.predict import Simulation
from loopspec.machine.profile import REFERENCE
from loopspec.machine.table import PROTOCOL, Row
from loopspec.machine.walk import STANDARD, Table, index
from loopspec.scenario import EarlyStopping, Scenario
from loopspec.spec import rules
from loopspec.trace import Call, Outcome, Provenance, Trace
from loopspec.vocabulary import Capability, Edition, Event, Verdict

BY = Provenance("a faulty trainer", "1", tuple(Capability), "1")
CHAPTER = [rule for rule in rules().values() if rule.id.startswith("STOP-")]


class Fault(NamedTuple):
    """How an early-stopping callback, or its trainer, goes wrong; the defaults are right."""

    late: int = 0
    resets: bool = True
    equal_is_better: bool = False
    reaching_is_enough: bool = False
    no_threshold: bool = False
    nan_is_better: bool = False
    nan_stops: bool = False
    nan_sticks: bool = False
    first_counts: bool = False
    keeps_count: bool = False
    counts_other_sets: bool = False
    stops_without: bool = False
    anchored: bool = False
    chained: bool = False
    remembers_the_start: bool = False
    waits_for_saves: bool = False
    stops_at: Event | None = None
    turned: bool = False
    turned_by_default: bool = False
    zero: int | None = None
    lenient: bool = False
    prefixes_twice: bool = False
    infinity_is_nan: bool = False
    counts_by_hand: bool = True
    drops_the_save: bool = False
    table: tuple[Row, ...] = PROTOCOL


class Faulty:
    """Early stopping with one fault."""

    def __init__(self, wanted: EarlyStopping, fault: Fault) -> None:
        self.wanted, self.fault, self.misses = wanted, fault, 0
        self.own: float | None = None

    def __call__(self, stage: Stage, event: Event, control: Control | str) -> None:
        assert isinstance(control, Control)
        if event is Event.TRAIN_BEGIN and refuses(stage.scenario) and not self.fault.lenient:
            raise LookupError
        fault, value = self.fault, stage.metrics.get(metric_key(stage.scenario))
        if event is fault.stops_at and stage.state.global_step == 3:
            control.change("T")
        if event is not Event.EVALUATE:
            return
        named = stage.scenario.metric_for_best_model or ""
        if fault.prefixes_twice and named.startswith("eval_"):
            value = None
        by_hand = stage.scenario.callbacks and stage.state.global_step >= stage.state.max_steps
        if by_hand and not fault.counts_by_hand:
            return
        if value is None:
            self.misses += fault.counts_other_sets and bool(stage.scenario.eval_sets)
            if fault.stops_without:
                control.change("T")
        else:
            self.count(stage, value)
        patience = self.wanted.patience
        if patience == 0 and fault.zero is not None:
            patience = fault.zero
        saves = stage.scenario.save_strategy != "no"
        waits = fault.waits_for_saves and saves and "S" not in control.flags
        if (self.misses >= patience + fault.late and not waits) or (
            fault.nan_stops and value is not None and math.isnan(value)
        ):
            control.change("T", "S" if fault.drops_the_save else "")

    def count(self, stage: Stage, value: float) -> None:
        fault, best = self.fault, stage.state.best_metric
        remembers = fault.remembers_the_start and stage.scenario.eval_on_start
        if best is None and not remembers:
            self.own = None
        if remembers or (self.own is not None and math.isnan(self.own) is fault.nan_sticks):
            own = fault.anchored or fault.chained or remembers or fault.nan_sticks
            best = self.own if own else best
        better = self.better(stage, value, best)
        if best is None and fault.keeps_count:
            pass
        elif better and fault.resets:
            self.misses = 0
        elif not better:
            self.misses += 1
        if self.own is None or (better and best is not None) or fault.chained:
            self.own = value

    def better(self, stage: Stage, value: float, best: float | None) -> bool:
        fault = self.fault
        if best is None:
            return not fault.first_counts
        if math.isnan(value):
            return fault.nan_is_better
        if fault.infinity_is_nan and math.isinf(best):
            return False
        gain = abs(value - best)
        threshold = 0.0 if fault.no_threshold else self.wanted.threshold
        if not gain:
            return fault.equal_is_better
        enough = gain >= threshold if fault.reaching_is_enough else gain > threshold
        return enough and is_better(value, best, stage.scenario)


def played(scenario: Scenario, fault: Fault) -> Trace:
    """The scenario on a simulated trainer with this fault."""
    job = scenario
    up = scenario.greater_is_better
    if fault.turned or (fault.turned_by_default and up is None):
        by_name = not (scenario.metric_for_best_model or "").endswith("loss")
        wrong = not (by_name if up is None else up)
        job = msgspec.structs.replace(scenario, greater_is_better=wrong)
    table: Table = STANDARD if fault.table is PROTOCOL else index(fault.table)
    simulation = Simulation(job, REFERENCE, table)
    assert scenario.early_stopping is not None
    simulation._players = [
        Faulty(scenario.early_stopping, fault) if isinstance(player, Stopper) else player
        for player in simulation._players
    ]
    outcome = simulation.perform()
    return Trace(scenario, BY, simulation.lines, outcome)


def edited(**changes: dict[str, Any]) -> tuple[Row, ...]:
    """The protocol with other effects at these places."""
    return tuple(
        row._replace(**changes[row.place.replace(" ", "_")])
        if row.place.replace(" ", "_") in changes
        else row
        for row in PROTOCOL
    )


BEST_TOO_EARLY = edited(measured={"effect": "track best"}, evaluated={"effect": ""})
BEST_NEVER = edited(evaluated={"effect": ""})
STOP_SKIPS_SAVE = (Row("may save", "done", ("T", "S")), *PROTOCOL)
STOP_GOES_ON = tuple(row for row in PROTOCOL if (row.place, row.when) != ("may stop", ("T",)))


class Case(NamedTuple):
    """A fault, where it shows first, and what is said; `job` if only one scenario plays it."""

    rule: str
    fault: Fault
    place: str
    expected: str
    got: str
    job: str = ""


def no_stop(misses: int, patience: int) -> str:
    return f"should_training_stop not set: {misses} of {patience} in a row without improvement"


def stop(misses: int) -> str:
    return f"should_training_stop set, after {misses} in a row without improvement"


# A table: each case on a line or two.
# fmt: off
CASES = (
    Case("STOP-1", Fault(late=1), "stop-when-worse EV@3", stop(2), "not set"),
    Case("STOP-1", Fault(late=-1), "stop-after-ups-and-downs EV@4", no_stop(2, 3), "set"),
    Case("STOP-1", Fault(late=99), "stop-after-ups-and-downs EV@8", stop(3), "not set",
         "stop-after-ups-and-downs"),
    Case("STOP-2", Fault(resets=False), "stop-never EV@4", no_stop(1, 2), "set"),
    Case("STOP-3", Fault(equal_is_better=True), "stop-when-flat EV@3",
         "a-miss (transformers-5)", "no-miss"),
    Case("STOP-4", Fault(reaching_is_enough=True), "stop-at-too-small-a-gain EV@2",
         stop(1), "not set"),
    Case("STOP-4", Fault(no_threshold=True), "stop-at-too-small-a-gain EV@2", stop(1), "not set",
         "stop-at-too-small-a-gain"),
    Case("STOP-25", Fault(chained=True), "stop-while-it-creeps-back EV@5", stop(3), "not set"),
    Case("STOP-5", Fault(first_counts=True), "stop-is-not-for-the-first EV@2",
         no_stop(0, 1), "set"),
    Case("STOP-6", Fault(turned=True), "stop-when-greater-is-better EV@4",
         "greater values of score to be better", "a stop as if greater were worse",
         "stop-when-greater-is-better"),
    Case("STOP-7", Fault(turned_by_default=True), "stop-by-a-loss EV@4",
         "lower values of wordloss to be better", "a stop as if lower were worse",
         "stop-by-a-loss"),
    Case("STOP-8", Fault(table=STOP_SKIPS_SAVE), "stop-when-worse EV@3",
         "the save that is due at this step, then the stop", "no on_save"),
    Case("STOP-8", Fault(drops_the_save=True), "stop-when-worse EV@3",
         "the save that is due at this step, then the stop", "no on_save"),
    Case("STOP-8", Fault(table=STOP_GOES_ON), "stop-at-too-small-a-gain EV@2",
         "on_epoch_end after the stop", "on_step_begin", "stop-at-too-small-a-gain"),
    Case("STOP-9", Fault(table=BEST_TOO_EARLY), "stop-never EV@1",
         "best_metric to be that of the evaluations before", "1.0, of this one"),
    Case("STOP-9", Fault(table=BEST_NEVER), "stop-when-worse SV@1",
         "best_metric 1, of this step's evaluation, in on_save", "None", "stop-when-worse"),
    Case("STOP-10", Fault(table=BEST_NEVER), "stop-without-load-best EV@2",
         "tracked (transformers-5)", "not-tracked", "stop-without-load-best"),
    Case("STOP-11", Fault(waits_for_saves=True), "stop-between-saves EV@2",
         "each-evaluation (transformers-5)", "at-saves"),
    Case("STOP-12", Fault(nan_is_better=True), "stop-at-nan EV@4", stop(2), "not set"),
    Case("STOP-13", Fault(nan_sticks=True), "stop-after-nan-first EV@2",
         "0.9 to be better than NaN", "a stop"),
    Case("STOP-15", Fault(keeps_count=True), "stop-and-train-again EV@2", no_stop(1, 2), "set"),
    Case("STOP-18", Fault(counts_other_sets=True), "stop-by-one-of-two-sets EV@2",
         no_stop(1, 2), "set"),
    Case("STOP-18", Fault(stops_without=True), "stop-by-one-of-two-sets EV@1",
         "should_training_stop not set by the other set", "set"),
    Case("STOP-19", Fault(remembers_the_start=True), "stop-not-by-eval-on-start EV@2",
         no_stop(0, 2), "set"),
    Case("STOP-20", Fault(stops_at=Event.EPOCH_END), "stop-never EE@3",
         "should_training_stop left alone by early stopping in on_epoch_end", "set"),
    Case("STOP-21", Fault(lenient=True), "stop-without-evaluations EB@6",
         "an error before the first epoch, as there is nothing to go by", "training goes on",
         "stop-without-evaluations"),
    Case("STOP-21", Fault(lenient=True), "stop-by-no-metric EB@6",
         "an error before the first epoch, as there is nothing to go by", "training goes on",
         "stop-by-no-metric"),
    Case("STOP-22", Fault(prefixes_twice=True), "stop-by-the-full-name EV@4",
         stop(2), "not set"),
    Case("STOP-23", Fault(infinity_is_nan=True), "stop-at-infinity-twice EV@3",
         no_stop(0, 2), "set", "stop-at-infinity-twice"),
)
# fmt: on
ELSEWHERE = {"STOP-14", "STOP-16", "STOP-24", "STOP-17"}
"""The first three allow whatever they name; the last one has a test of its own."""


def verdicts(traces: Iterable[Trace], edition: Edition = Edition.TRANSFORMERS_5) -> dict[str, Any]:
    results = judge(traces, rules=CHAPTER, edition=edition).results
    return {result.rule.id: result for result in results}


def named(case: Case) -> str:
    right = Fault()
    wrong = [name for name in Fault._fields if getattr(case.fault, name) != getattr(right, name)]
    return f"{case.rule} {' '.join(wrong)} {case.place}"


@pytest.mark.parametrize("case", CASES, ids=named)
def test_a_fault_is_reported_by_its_rule_alone(case: Case) -> None:
    jobs = [CORPUS[case.job]] if case.job else SCENARIOS
    results = verdicts(played(job, case.fault) for job in jobs)
    failed = {name: r for name, r in results.items() if r.verdict is Verdict.FAIL}
    assert list(failed) == [case.rule]
    evidence = failed[case.rule].evidence
    record = evidence.trace.records[evidence.at]
    place = f"{evidence.trace.scenario.name} {record.event.code}@{record.step}"
    assert (place, evidence.expected, evidence.got) == (case.place, case.expected, case.got)


def test_every_rule_is_broken_by_some_fault() -> None:
    assert {rule.id for rule in CHAPTER} == {case.rule for case in CASES} | ELSEWHERE


def test_a_best_value_of_the_run_before_is_told() -> None:
    trace = played(CORPUS["stop-and-train-again"], Fault())
    record = next(r for r in trace.runs[1] if r.event is Event.EVALUATE)
    record.best = 0.8
    result = verdicts([trace])["STOP-15"]
    assert result.verdict is Verdict.FAIL
    assert (result.evidence.expected, result.evidence.got) == (
        "no best_metric yet in this run", "0.8",
    )  # fmt: skip


def test_a_stop_without_the_metric_is_told() -> None:
    fault = Fault(stops_without=True, table=BEST_NEVER)
    result = verdicts([played(CORPUS["stop-without-a-metric"], fault)])["STOP-17"]
    assert result.verdict is Verdict.FAIL
    assert (result.evidence.expected, result.evidence.got) == (
        "should_training_stop not set without a metric", "set",
    )  # fmt: skip


# What trainers may do -----------------------------------------------------------------------------

# fmt: off
VARIANTS: tuple[tuple[str, str, Fault, str, tuple[Verdict, Verdict]], ...] = (
    ("STOP-3", "stop-when-flat", Fault(), "a-miss", (Verdict.PASS, Verdict.FAIL)),
    ("STOP-3", "stop-when-flat", Fault(equal_is_better=True), "no-miss",
     (Verdict.FAIL, Verdict.PASS)),
    ("STOP-10", "stop-without-load-best", Fault(), "tracked", (Verdict.PASS, Verdict.FAIL)),
    ("STOP-10", "stop-without-load-best", Fault(table=BEST_NEVER), "not-tracked",
     (Verdict.FAIL, Verdict.PASS)),
    ("STOP-11", "stop-between-saves", Fault(), "each-evaluation", (Verdict.PASS, Verdict.FAIL)),
    ("STOP-11", "stop-between-saves", Fault(waits_for_saves=True), "at-saves",
     (Verdict.FAIL, Verdict.PASS)),
    ("STOP-12", "stop-at-nan", Fault(), "a-miss", (Verdict.PASS, Verdict.PASS)),
    ("STOP-12", "stop-at-nan", Fault(nan_stops=True), "stops-at-once",
     (Verdict.PASS, Verdict.PASS)),
    ("STOP-13", "stop-after-nan-first", Fault(), "starts-over", (Verdict.PASS, Verdict.PASS)),
    ("STOP-13", "stop-after-nan-first", Fault(nan_stops=True), "counts-against",
     (Verdict.PASS, Verdict.PASS)),
    ("STOP-14", "stop-by-many-small-gains", Fault(), "moving", (Verdict.PASS, Verdict.PASS)),
    ("STOP-14", "stop-by-many-small-gains", Fault(anchored=True), "anchored",
     (Verdict.PASS, Verdict.PASS)),
    ("STOP-16", "stop-without-patience", Fault(), "first-evaluation",
     (Verdict.PASS, Verdict.PASS)),
    ("STOP-16", "stop-without-patience", Fault(zero=1), "first-miss",
     (Verdict.PASS, Verdict.PASS)),
    ("STOP-16", "stop-without-patience", Fault(zero=99), "never", (Verdict.PASS, Verdict.PASS)),
    ("STOP-24", "stop-after-training", Fault(), "counted", (Verdict.PASS, Verdict.PASS)),
    ("STOP-24", "stop-after-training", Fault(counts_by_hand=False), "not-counted",
     (Verdict.PASS, Verdict.PASS)),
    ("STOP-17", "stop-without-a-metric", Fault(), "raises", (Verdict.PASS, Verdict.PASS)),
    ("STOP-17", "stop-without-a-metric", Fault(table=BEST_NEVER), "ignored",
     (Verdict.PASS, Verdict.PASS)),
)
# fmt: on


@pytest.mark.parametrize(
    ("rule", "job", "fault", "variant", "expected"),
    VARIANTS,
    ids=[f"{rule} {variant}" for rule, _, _, variant, _ in VARIANTS],
)
def test_a_variant_is_named_and_held_to_its_editions(
    rule: str, job: str, fault: Fault, variant: str, expected: tuple[Verdict, Verdict]
) -> None:
    trace = played(CORPUS[job], fault)
    for edition, verdict in zip((Edition.TRANSFORMERS_5, Edition.PAGE), expected, strict=True):
        result = verdicts([trace], edition)[rule]
        assert list(result.variants) == [variant]
        assert result.verdict is verdict


def test_a_refused_patience_is_named() -> None:
    trace = played(CORPUS["stop-without-patience"], Fault())
    refused = Trace(trace.scenario, BY, [trace.records[0]], Outcome("raised", "ValueError: 0"))
    assert verdicts([refused])["STOP-16"].variants == {"refused": 1}


def test_a_trainer_without_flags_is_judged_by_where_it_stops() -> None:
    def without_flags(fault: Fault) -> Trace:
        trace = played(CORPUS["stop-when-worse"], fault)
        for record in trace.records:
            record.calls = [Call(call.who, None, "", "") for call in record.calls]
        return trace

    good, late = (verdicts([without_flags(fault)])["STOP-1"] for fault in (Fault(), Fault(late=1)))
    assert (good.verdict, late.verdict) == (Verdict.PASS, Verdict.FAIL)
    assert late.evidence.expected == stop(2)
