"""Checks of the chapter on events: evaluation, prediction and saving."""

from __future__ import annotations

import math
from collections.abc import Iterator

from loopspec.rules.checking import Finding, Findings, check, saw, variant
from loopspec.rules.outline import outline
from loopspec.trace import Record, Trace, Value
from loopspec.vocabulary import Event

# Evaluation and prediction ------------------------------------------------------------------------


@check("EVT-31")
def prediction_steps(trace: Trace) -> Findings:
    due, call = trace.scenario.eval_batches, 0
    counts: dict[int, int] = {}  # by depth: an evaluation may be made from inside of another
    for record in trace.of(*_COUNTED):
        if record.call != call:
            counts, call = {}, record.call
        counts = {depth: count for depth, count in counts.items() if depth <= record.depth}
        if record.event is Event.PREDICTION_STEP:
            counts[record.depth] = counts.get(record.depth, 0) + 1
        else:
            if record.event is not Event.STEP_END and record.event is not Event.EPOCH_END:
                count = counts.get(record.depth, 0)
                words = f"{due} on_prediction_step before {record.event}"
                yield saw(record, count == due, words, count)
            counts[record.depth] = 0


_COUNTED = (
    Event.PREDICTION_STEP,
    Event.EVALUATE,
    Event.PREDICT,
    Event.STEP_END,
    Event.EPOCH_END,
)


@check("EVT-32")
def log_then_evaluate(trace: Trace) -> Findings:
    measured: Record | None = None  # the log of an evaluation that has just been

    def predicting(record: Record) -> bool:  # what predict() logs is for EVT-37
        return record.call > 0 and trace.scenario.calls[record.call - 1] == "predict"

    for before, record in trace.neighbours:
        if record.event is Event.EVALUATE:
            good = before.event is Event.LOG
            yield saw(record, good, "the log of its metrics right before", before.event)
        elif measured is not None and not _is_broken_off(trace, measured):
            yield saw(measured, False, "on_evaluate right after the log of metrics", record.event)
        of_evaluation = before.event is Event.PREDICTION_STEP and not predicting(record)
        measured = record if of_evaluation and record.event is Event.LOG else None


@check("EVT-33")
def each_evaluation_set(trace: Trace) -> Findings:
    names = trace.scenario.eval_sets
    for evaluation in _evaluations(trace) if names else ():
        got = [_name_of_set(keys, names) for _, keys in evaluation]
        if _is_broken_off(trace, evaluation[-1][0]):
            continue
        if all(keys for _, keys in evaluation):
            words = "on_evaluate of " + ", ".join(names)
            yield saw(evaluation[0][0], got == list(names), words, ", ".join(got))


def _is_broken_off(trace: Trace, last: Record) -> bool:
    """Whether an exception ended the evaluation with this record, or before its next one."""
    rest = (r for r in trace.top if r.call == last.call and r.i > last.i)
    return last.call in trace.broken_off and all(r.event in _OF_EVALUATION for r in rest)


def _evaluations(trace: Trace) -> Iterator[list[tuple[Record, set[str]]]]:
    """The `on_evaluate`s of each evaluation that the trainer made by itself or for its user, with
    the keys that were logged: those of `metrics`, if nothing was."""
    found: list[tuple[Record, set[str]]] = []
    call, logged = 0, set[str]()
    for record in trace.top:
        if record.event not in _OF_EVALUATION or record.call != call:
            if found:
                yield found
            found, call, logged = [], record.call, set()
        if record.event is Event.LOG:
            logged = set(record.logs or ())
        elif record.event is Event.EVALUATE:
            found.append((record, logged or set(record.metrics or ())))
    if found:
        yield found


_OF_EVALUATION = (Event.PREDICTION_STEP, Event.LOG, Event.EVALUATE)


def _name_of_set(keys: set[str], names: tuple[str, ...]) -> str:
    mine = (name for name in names if any(key.startswith(f"eval_{name}_") for key in keys))
    return next(mine, "no set")


_EVAL_LOSS = 0.5


@check("EVT-34")
def metrics_are_given(trace: Trace) -> Findings:
    put = any(act.whom.endswith("_score") for act in trace.scenario.acts if act.does == "put")
    # One that is made from inside of another one's log or batch may have its value before it.
    inside = any(deed.act.event in _INSIDE for deed in trace.done("evaluate"))
    scores = trace.scenario.metrics if not (put or inside) else ()
    measured = (Event.EVALUATE, Event.PREDICT)
    numbered = [
        pair
        for records in trace.trainers
        for pair in enumerate(record for record in records if record.event in measured)
    ]
    for n, record in numbered:
        if not record.metrics:
            yield saw(record, False, "the keyword argument metrics, with values", "none")
            continue
        yield _metric(record, record.metrics, "loss", _EVAL_LOSS)
        score = scores[min(n, len(scores) - 1)] if scores else None
        if score is not None:
            yield _metric(record, record.metrics, trace.scenario.metric_name, score)


_INSIDE = (Event.LOG, Event.PREDICTION_STEP)


def _metric(record: Record, metrics: dict[str, Value], name: str, due: Value) -> Finding:
    got = next((v for key, v in metrics.items() if key.endswith(f"_{name}")), None)
    good = got == due or (
        isinstance(got, int | float) and isinstance(due, int | float) and math.isclose(got, due)
    )
    return saw(record, good, f"{name} {due} in metrics", got)


@check("EVT-35")
def evaluation_on_start(trace: Trace) -> Findings:
    wanted = trace.scenario.eval_on_start
    sets = max(1, len(trace.scenario.eval_sets))
    for run in outline(trace):
        if not run.epochs or run.epochs[0].begin is None:
            continue
        begin = run.epochs[0].begin
        count = 0
        for record in run.records:
            if record is begin:
                break
            count += record.event is Event.EVALUATE
        if wanted or count:
            due = sets if wanted else 0
            yield saw(begin, count == due, f"{due} on_evaluate before the first epoch", count)


@check("EVT-36")
def evaluate_alone(trace: Trace) -> Findings:
    for last, others in _calls(trace, "evaluate", _OF_EVALUATION):
        good = last.event is Event.EVALUATE
        yield saw(last, good, "on_evaluate as the last event of evaluate()", last.event)
        for record in others:
            yield saw(record, False, "only an evaluation in evaluate()", record.event)


@check("EVT-37")
def predict_alone(trace: Trace) -> Findings:
    for last, others in _calls(trace, "predict", (Event.PREDICTION_STEP,)):
        good = last.event is Event.PREDICT
        yield saw(last, good, "on_predict as the last event of predict()", last.event)
        for record in others:
            words = "only on_prediction_step before on_predict"
            yield saw(record, False, words, record.event)


def _calls(
    trace: Trace, name: str, mine: tuple[Event, ...]
) -> Iterator[tuple[Record, list[Record]]]:
    """The last record of each such call that came back, and those of other events."""
    if name not in trace.scenario.calls:
        return
    for returned in trace.returns:
        records = [r for r in trace.top if r.call == returned.call and returned.name == name]
        if records and not returned.raised:
            yield records[-1], [record for record in records[:-1] if record.event not in mine]


# Saving -------------------------------------------------------------------------------------------


@check("EVT-38")
def saved_when_told(trace: Trace) -> Findings:
    for before, record in trace.pairs:
        # With a request in between it is another checkpoint.
        if before.event is record.event is Event.SAVE and "S" not in before.exit:
            yield saw(record, False, "one on_save for a checkpoint", "another right after it")
    told = set()
    # Where the trace is a piece, those of before were told before.
    begun = trace.runs[0][0].step if trace.piece else None
    calls = {run[0].call for run in trace.runs}  # one outside of a run is for EVT-45
    for record in trace.of(Event.SAVE):
        if record.call not in calls:
            continue
        told.add(record.step)
        complete = record.seen.get("checkpoints")
        if complete is not None:
            words = f"a complete checkpoint of step {record.step}"
            yield saw(record, record.step in complete, words, f"those of {complete}")
            untold = sorted(at for at in set(complete) - told if begun is None or at > begun)
            if untold:
                yield saw(record, False, "an on_save for each checkpoint", f"none for {untold}")


@check("EVT-39")
def best_weights_at_the_end(trace: Trace) -> Findings:
    for run in outline(trace):
        if not run.job.load_best_model_at_end or run.job.save_strategy == "no":
            continue
        last, best = run.records[-1], _best_step(run.records)
        saved = any(r.event is Event.SAVE and r.step == best for r in run.records)
        # A best one of step 0, before any update, is none to transformers.
        if not run.finished or not saved or best in (0, last.step) or len(run.records) < 2:
            continue
        moved = [record.seen.get("moved") for record in run.records[-2:]]
        if any(moved):
            yield variant(last, "before-the-last-log" if moved[0] else "after-the-last-log")
        elif None not in moved:
            yield saw(last, False, f"the weights of step {best} loaded", "weights unmoved")


def _best_step(records: list[Record]) -> int | None:
    """The step of the best evaluation; where the state does not tell, that of its metric."""
    last = records[-1]
    if last.best_step is not None or not isinstance(last.best, int | float):
        return last.best_step  # NaN and infinities are text: there is no best evaluation then
    measured = (r for r in records if last.best in (r.metrics or {}).values())
    return next((record.step for record in measured), None)
