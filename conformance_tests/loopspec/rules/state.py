"""Checks of the chapter on the state: its fields, and what its log_history holds."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

from loopspec.machine.players import interval, is_better, metric_key, steps_of
from loopspec.rules.checking import Findings, check, saw, unless
from loopspec.rules.outline import outline
from loopspec.rules.patience import number
from loopspec.scenario import Scenario
from loopspec.trace import Record, Return, Trace, Value
from loopspec.vocabulary import Event


@check("STATE-5")
def step_is_in_the_history_alone(trace: Trace) -> Findings:
    for record in trace.of(Event.LOG):
        if record.logs:
            yield saw(record, "step" not in record.logs, "logs without step", "with it")


@check("STATE-6")
def time_of_an_evaluation(trace: Trace) -> Findings:
    for record in trace.of(Event.LOG):
        found = [key.removesuffix("_loss") for key in record.logs or () if key.endswith("_loss")]
        found = [prefix for prefix in found if prefix.startswith("eval")]
        if found and "train_loss" not in (record.logs or {}):
            # Another metric may be a loss too: `eval_nll_loss` beside `eval_loss`.
            yield from _timed(record, min(found, key=len))


@check("STATE-7")
def time_of_a_run(trace: Trace) -> Findings:
    for record in trace.of(Event.LOG):
        if "train_loss" in (record.logs or {}):
            yield from _timed(record, "train")
            good = "total_flos" in (record.logs or {})
            yield saw(record, good, "total_flos in the last log of a run", "no such key")


def _timed(record: Record, prefix: str) -> Findings:
    for name in ("runtime", "samples_per_second", "steps_per_second"):
        key = f"{prefix}_{name}"
        yield saw(record, key in (record.logs or {}), f"{key} in the log", "no such key")


@check("STATE-16")
def metrics_say_when(trace: Trace) -> Findings:
    for record in trace.of(Event.EVALUATE):
        if record.metrics and record.epoch is not None:
            good = "epoch" in record.metrics
            yield saw(record, good, "epoch in the metrics of the evaluation", "no such key")


@check("STATE-8")
def predictions_are_not_logged(trace: Trace) -> Findings:
    logged = {deed.record.call for deed in trace.done("log", "evaluate")}
    for record, before, after in _calls(trace, "predict"):
        if record.call in logged:
            continue  # a callback did
        words = f"{len(before)} entries in log_history, as before predict()"
        yield saw(record, before == after, words, len(after))


@check("STATE-9")
def evaluations_are_added(trace: Trace) -> Findings:
    for record, before, after in _calls(trace, "evaluate"):
        kept = after[: len(before)] == before
        good = kept and len(after) > len(before)
        words = f"more than the {len(before)} entries of before evaluate(), and those first"
        yield saw(record, good, words, f"{len(after)} entries" + ", others first" * (not kept))


_History = list[dict[str, Value]]


def _calls(trace: Trace, name: str) -> Iterator[tuple[Record, _History, _History]]:
    """The last record of each such call, with the log_history before and after it."""
    of, last = trace.trainer_of, {record.call: record for record in trace.records}
    before: Return | None = None
    for after in trace.returns:
        history = before.history if before and of[before.call] == of[after.call] else []
        if after.name == name and after.call in last and not after.raised:
            one_before = before is None or before.call == after.call - 1
            if history is not None and after.history is not None and one_before:
                yield last[after.call], history, after.history
        before = after


@check("STATE-10")
def epochs_planned(trace: Trace) -> Findings:
    for record, fields, s in _begins(trace):
        due = math.ceil(s.num_train_epochs)
        if s.max_steps > 0:
            due = math.ceil(s.max_steps / _per_epoch(s))
        if "num_train_epochs" in fields:
            value = fields["num_train_epochs"]
            yield saw(record, value == due, f"state.num_train_epochs {due}", value)


@check("STATE-11")
def intervals_in_steps(trace: Trace) -> Findings:
    for record, fields, s in _begins(trace):
        for kind in ("logging", "eval", "save"):
            name = f"{kind}_steps"
            strategy = getattr(s, f"{kind}_strategy")
            if strategy != "steps" or name not in fields:
                continue
            planned = s.max_steps if s.max_steps > 0 else s.num_train_epochs * _per_epoch(s)
            due = interval(steps_of(s, name), math.ceil(planned))
            yield saw(record, fields[name] == due, f"state.{name} {due}", fields[name])


def _per_epoch(s: Scenario) -> int:
    return math.ceil(s.train_batches / s.gradient_accumulation_steps)


def _begins(trace: Trace) -> Iterator[tuple[Record, dict[str, Value], Scenario]]:
    """Each on_train_begin of a run that is not resumed, with its fields and its arguments."""
    s = trace.scenario
    for record, fields in zip(trace.records, trace.fields, strict=True):
        fresh = record.call and s.calls[record.call - 1].startswith("train")
        if record.event is Event.TRAIN_BEGIN and fresh:
            yield record, fields, trace.job_of(record.call)


@check("STATE-12")
def batch_size_is_told(trace: Trace) -> Findings:
    for record, fields in zip(trace.records, trace.fields, strict=True):
        if record.event is Event.TRAIN_BEGIN and "train_batch_size" in fields:
            value = fields["train_batch_size"]
            good = isinstance(value, int) and value > 0
            yield saw(record, good, "state.train_batch_size, a number of samples", value)


@check("STATE-13")
def best_checkpoint_is_there(trace: Trace) -> Findings:
    for record, fields in zip(trace.records, trace.fields, strict=True):
        best, there = fields.get("best_model_checkpoint"), record.seen.get("checkpoints")
        if record.event is Event.SAVE and best is not None and there is not None:
            words = "state.best_model_checkpoint to be a checkpoint that is there"
            yield saw(record, best in there, words, f"that of step {best}")


_PUT = 1.0
"""What a callback puts into metrics that it is given, and the best is told by from there on."""


@check("STATE-18")
def the_first_of_equals(trace: Trace) -> Findings:
    put = {(deed.record.i, deed.act.whom) for deed in trace.done("put")}
    for run in outline(trace):
        s, key = run.job, metric_key(run.job)
        if not s.metric_for_best_model or s.save_strategy == "no":
            continue
        best: list[tuple[float, int | None]] = []
        begun = run.epochs[0].begin if run.epochs else None
        for record, after in itertools.pairwise(run.records):
            value = number((record.metrics or {}).get(key)) if begun else math.nan
            value = _PUT if (record.i, key) in put else value
            counts = record.event is Event.EVALUATE and begun and record.i > begun.i
            if run.resumed or not counts or math.isnan(value):
                continue
            again = best and value == best[-1][0] and record.step != best[-1][1]
            if again and after.best_step is not None:
                good = after.best_step != record.step
                words = f"best_global_step of the first evaluation with {key} {value:g}"
                yield saw(after, good, words, f"{after.best_step}, of the last one")
            if not best or is_better(value, best[-1][0], s):
                best.append((value, record.step))


@check("STATE-14")
def no_search(trace: Trace) -> Findings:
    yield from _always(trace, "is_hyper_param_search", False, "False outside a search")


@check("STATE-15")
def tokens_are_not_counted_unasked(trace: Trace) -> Findings:
    yield from _always(trace, "num_input_tokens_seen", 0, "0 where nobody asks for a count")


def _always(trace: Trace, name: str, due: Value, words: str) -> Findings:
    told = [record for record in trace.records if name in record.fields]
    wrong = (record for record in told if record.fields[name] != due)
    against = (saw(r, False, f"state.{name} {words}", r.fields[name]) for r in wrong)
    yield from unless(told, against)
