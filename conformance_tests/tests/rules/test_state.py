"""Each rule on the fields of the state: which broken trace it reports, with what words, alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from loopspec.corpus import CORPUS
from loopspec.judge import judge
from loopspec.machine.predict import predict
from loopspec.rules import ACROSS, CHECKS
from loopspec.scenario import Scenario
from loopspec.spec import rules
from loopspec.trace import Provenance, Record, Trace
from loopspec.vocabulary import Capability, Event, Verdict

BY = Provenance("a broken trainer", "1", tuple(Capability), "1")
LOGS = ("STATE-1", "STATE-2", "STATE-3", "STATE-4", "STATE-17")
CHAPTER = [rule for rule in rules().values() if rule.id.startswith(("STATE-", "PROC-"))]

Edit = Callable[[Trace], None]


def fields(event: Event, **changed: Any) -> Edit:
    """The state has other values from the first record of this event on."""

    def edit(trace: Trace) -> None:
        record = trace.of(event)[0]
        record.fields = record.fields | changed

    return edit


def logged(number: int, without: str = "", **more: float) -> Edit:
    """One log has another key, or lacks one."""

    def edit(trace: Trace) -> None:
        record = trace.of(Event.LOG)[number]
        record.logs = {k: v for k, v in (record.logs or {}).items() if k != without} | more
        for returned in trace.returns:
            assert returned.history is not None
            if number < len(returned.history):
                returned.history[number].pop(without, None)

    return edit


def history(call: int, *entries: int) -> Edit:
    """The call left a log_history of these entries."""

    def edit(trace: Trace) -> None:
        left = trace.returns[call - 1].history
        assert left is not None
        trace.returns[call - 1].history = [left[n] for n in entries]

    return edit


def without_epoch(trace: Trace) -> None:
    """The metrics of one evaluation were a copy, made before the log."""
    record = trace.of(Event.EVALUATE)[0]
    record.metrics = {k: v for k, v in (record.metrics or {}).items() if k != "epoch"}


def best_step(event: Event, step: int) -> Edit:
    """From this event at this step on, the step before is the best one."""

    def edit(trace: Trace) -> None:
        at = next(record for record in trace.of(event) if record.step == step)
        for record in trace.records[at.i :]:
            record.best_step = step

    return edit


def never(*events: Event) -> Edit:
    """These did not come in the first run."""

    def edit(trace: Trace) -> None:
        trace.records[:] = [r for r in trace.records if r.call > 1 or r.event not in events]

    return edit


AFTER, SHARES, BEST = "history-after-training", "intervals-as-shares", "best-is-not-saved"
# A table: each case on a line or two.
# fmt: off
CASES: tuple[tuple[str, str, Edit, str, str], ...] = (
    ("STATE-5", "every-step-logged", logged(0, step=1.0), "logs without step", "with it"),
    ("STATE-6", AFTER, logged(0, "eval_runtime"), "eval_runtime in the log", "no such key"),
    ("STATE-7", "every-step-logged", logged(-1, "train_runtime"),
     "train_runtime in the log", "no such key"),
    ("STATE-7", "every-step-logged", logged(-1, "total_flos"),
     "total_flos in the last log of a run", "no such key"),
    ("STATE-16", AFTER, without_epoch, "epoch in the metrics of the evaluation", "no such key"),
    ("STATE-8", AFTER, history(4, 0, 1, 2, 2),
     "3 entries in log_history, as before predict()", "4"),
    ("STATE-9", "evaluated-after-training", history(2, 1, 1),
     "more than the 1 entries of before evaluate(), and those first", "2 entries, others first"),
    ("STATE-10", SHARES, fields(Event.TRAIN_BEGIN, num_train_epochs=2),
     "state.num_train_epochs 3", "2"),
    ("STATE-11", SHARES, fields(Event.TRAIN_BEGIN, logging_steps=0.25),
     "state.logging_steps 3", "0.25"),
    ("STATE-12", SHARES, fields(Event.TRAIN_BEGIN, train_batch_size=None),
     "state.train_batch_size, a number of samples", "None"),
    ("STATE-13", BEST, fields(Event.SAVE, best_model_checkpoint=3),
     "state.best_model_checkpoint to be a checkpoint that is there", "that of step 3"),
    ("STATE-18", "the-first-of-equals", best_step(Event.STEP_BEGIN, 3),
     "best_global_step of the first evaluation with eval_score 2", "3, of the last one"),
    ("STATE-14", "plain", fields(Event.EPOCH_BEGIN, is_hyper_param_search=None),
     "state.is_hyper_param_search False outside a search", "None"),
    ("STATE-15", "plain", fields(Event.STEP_END, num_input_tokens_seen=3),
     "state.num_input_tokens_seen 0 where nobody asks for a count", "3"),
    ("PROC-1", "plain", fields(Event.TRAIN_BEGIN, is_world_process_zero=False),
     "state.is_world_process_zero True in a single process", "False"),
    ("PROC-8", "another-process", never(Event.PREDICTION_STEP, Event.EVALUATE),
     "the events of the run of the main process", "no on_prediction_step, on_evaluate"),
    ("PROC-8", "another-process", never(Event.SAVE),
     "the events of the run of the main process", "no on_save"),
)
# fmt: on


def predicted(name: str) -> Trace:
    job = CORPUS.get(name) or msgspec.structs.replace(
        CORPUS["plain"], name=name, calls=("train", "evaluate")
    )
    trace = predict(job)
    return Trace(job, BY, [*trace.records, *trace.returns], trace.outcome)


@pytest.mark.parametrize(("rule", "job", "edit", "expected", "got"), CASES)
def test_a_broken_trace_is_reported_by_its_rule_alone(
    rule: str, job: str, edit: Edit, expected: str, got: str
) -> None:
    trace = predicted(job)
    edit(trace)
    results = judge([trace], rules=CHAPTER).results
    failed = {result.rule.id: result for result in results if result.verdict is Verdict.FAIL}
    assert list(failed) == [rule]
    evidence = failed[rule].evidence
    assert evidence is not None
    assert (evidence.expected, evidence.got) == (expected, got)


def test_every_rule_is_broken_by_some_case() -> None:
    # Those about several processes have tests of their own.
    apart = {*LOGS, *ACROSS}
    judged = {rule.id for rule in CHAPTER if not rule.untestable and rule.id not in apart}
    assert judged == {case[0] for case in CASES}


def test_a_state_that_lacks_the_fields_is_not_blamed_for_them() -> None:
    for name in (SHARES, BEST):
        trace = predicted(name)
        bare = [msgspec.structs.replace(record, fields={}) for record in trace.records]
        old = Trace(trace.scenario, BY, [*bare, *trace.returns], trace.outcome)
        assert all(isinstance(record, Record) for record in old.records)
        assert not [r for r in judge([old], rules=CHAPTER).results if r.verdict is Verdict.FAIL]


def test_a_metric_that_is_a_loss_too_needs_no_times_of_its_own() -> None:
    trace = predicted(AFTER)
    logged(0, eval_nll_loss=1.0)(trace)
    last = next(n for n, r in enumerate(trace.of(Event.LOG)) if "train_loss" in (r.logs or {}))
    logged(last, eval_nll_loss=1.0)(trace)  # left over from a prediction
    (result,) = judge([trace], rules=[rules()["STATE-6"]]).results
    assert result.verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("loss", "told"),
    [
        (7.0, []),  # of update 4 alone, which is the first one behind the checkpoint
        (5.0, []),  # and of update 3, whose loss was 3 and had not been logged
        (1.75, ["loss 7.0000, got 1.75"]),  # over all steps so far
    ],
)
def test_the_first_log_of_a_resumed_run_may_count_what_was_before(
    loss: float, told: list[str]
) -> None:
    steps = {"logging_strategy": "steps", "logging_steps": 2}
    saves = {"save_strategy": "steps", "save_steps": 1}
    job = Scenario(name="between-two-logs", calls=("train", "resume@3"), **steps, **saves)  # type: ignore[arg-type]
    trace = predict(job)
    log = next(record for record in trace.of(Event.LOG) if record.call == 2)
    assert log.logs is not None
    log.logs["loss"] = loss
    found = [finding for finding in CHECKS["STATE-3"](trace) if not finding.ok]
    assert [f"{f.expected}, got {f.got}" for f in found] == told
