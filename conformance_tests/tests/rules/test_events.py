"""Each rule of the chapter on events: which broken trace it reports, with what words, and alone."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
import pytest

from loopspec.corpus import CORPUS
from loopspec.judge import judge
from loopspec.machine.predict import predict
from loopspec.scenario import Act, EarlyStopping, Scenario, Scripted
from loopspec.spec import rules
from loopspec.trace import Call, Outcome, Provenance, Record, Return, Trace
from loopspec.vocabulary import Capability, Edition, Event, Level, Verdict

BY = Provenance("a broken trainer", "1", tuple(Capability), "1")
LOGS = ("STATE-1", "STATE-2", "STATE-3", "STATE-4", "STATE-17")
CHAPTER = [
    rule for rule in rules().values() if rule.id.startswith(("EVT-", "FLOW-")) or rule.id in LOGS
]

Lines = list[Record | Return]
Edit = Callable[[Lines], None]


# Edits of a trace. A record is named as in the text form of a trace: "SE@2", and "SE@2#2" for the
# second one of that name.


def find(lines: Lines, name: str) -> int:
    code, _, number = name.partition("#")
    places = [
        n
        for n, r in enumerate(lines)
        if isinstance(r, Record) and f"{r.event.code}@{r.step}" == code
    ]
    return places[int(number or 1) - 1]


def drop(*names: str) -> Edit:
    def edit(lines: Lines) -> None:
        for place in sorted((find(lines, name) for name in names), reverse=True):
            del lines[place]

    return edit


def move(name: str, before: str) -> Edit:
    def edit(lines: Lines) -> None:
        record = lines.pop(find(lines, name))
        lines.insert(find(lines, before), record)

    return edit


def copy(name: str, before: str, **fields: Any) -> Edit:
    """Put a copy of a record, with other fields, before another record, or at the end."""

    def edit(lines: Lines) -> None:
        record = msgspec.structs.replace(lines[find(lines, name)], **fields)
        lines.insert(find(lines, before) if before else len(lines), record)

    return edit


def put(*names: str, **fields: Any) -> Edit:
    def edit(lines: Lines) -> None:
        for name in names:
            place = find(lines, name)
            lines[place] = msgspec.structs.replace(lines[place], **fields)

    return edit


def seen(name: str, **what: Any) -> Edit:
    def edit(lines: Lines) -> None:
        record = lines[find(lines, name)]
        record.seen = {**record.seen, **what}

    return edit


def logs(name: str, **changed: float | None) -> Edit:
    """Other values in a log, and in the history after it; None takes the value out."""

    def edit(lines: Lines) -> None:
        record = lines[find(lines, name)]
        assert isinstance(record, Record)
        back = next(r for r in lines if isinstance(r, Return) and r.call == record.call)
        assert record.logs is not None
        assert record.history is not None
        assert back.history is not None
        for values in (record.logs, back.history[record.history - 1]):
            values.update(changed)
            for key in [key for key, value in changed.items() if value is None]:
                del values[key]

    return edit


def flags(name: str, without: str) -> Edit:
    """The default flow did not set these flags."""

    def edit(lines: Lines) -> None:
        record = lines[find(lines, name)]
        assert isinstance(record, Record)
        for call in record.calls:
            call.entry = "".join(set(call.entry) - set(without))
            call.exit = "".join(set(call.exit) - set(without))

    return edit


def also(*edits: Edit) -> Edit:
    def edit(lines: Lines) -> None:
        for one in edits:
            one(lines)

    return edit


def forget(call: int) -> Edit:
    """Nothing fired in this call."""

    def edit(lines: Lines) -> None:
        lines[:] = [r for r in lines if r.call != call or isinstance(r, Return)]

    return edit


def called(name: str, who: str) -> Edit:
    """This callback was called too."""

    def edit(lines: Lines) -> None:
        record = lines[find(lines, name)]
        assert isinstance(record, Record)
        record.calls.append(Call(who, 0, "", ""))

    return edit


def kept(number: int, **changed: float) -> Edit:
    """The history that the first call left holds other values."""

    def edit(lines: Lines) -> None:
        history = next(line.history for line in lines if isinstance(line, Return))
        assert history is not None
        history[number].update(changed)

    return edit


def caught(call: int, raised: str) -> Edit:
    """The user caught something of this class from the call."""

    def edit(lines: Lines) -> None:
        back = next(line for line in lines if isinstance(line, Return) and line.call == call)
        back.raised = raised

    return edit


def unreturned(call: int) -> Edit:
    """The call did not come back."""

    def edit(lines: Lines) -> None:
        lines[:] = [line for line in lines if isinstance(line, Record) or line.call != call]

    return edit


def left(name: str, letters: str) -> Edit:
    """Calls of this name left the trainer with these flags."""

    def edit(lines: Lines) -> None:
        for line in lines:
            if isinstance(line, Return) and line.name == name:
                line.flags = letters

    return edit


def remembered(call: int, extra: int) -> Edit:
    """The log_history of this call holds so many entries of an earlier one."""

    def edit(lines: Lines) -> None:
        for line in lines:
            if line.call == call and isinstance(line, Record):
                line.history = (line.history or 0) + extra
            elif line.call == call and isinstance(line, Return):
                line.history = [*({} for _ in range(extra)), *(line.history or [])]

    return edit


def metrics(name: str, **changed: float) -> Edit:
    def edit(lines: Lines) -> None:
        record = lines[find(lines, name)]
        assert isinstance(record, Record)
        assert record.metrics is not None
        record.metrics = {**record.metrics, **changed}

    return edit


def swap(field: str, one: str, other: str) -> Edit:
    def edit(lines: Lines) -> None:
        first, second = (lines[find(lines, name)] for name in (one, other))
        kept = getattr(first, field)
        setattr(first, field, getattr(second, field))
        setattr(second, field, kept)

    return edit


def nothing(lines: Lines) -> None:
    """The job itself was another one than the scenario asks for."""


def broken(job: Scenario, edit: Edit, asked: dict[str, Any], ended: Outcome | None) -> Trace:
    """The trace of `job` after an edit, as if the scenario had asked for something else."""
    trace = predict(job)
    lines: Lines = sorted([*trace.records, *trace.returns], key=_moment)
    edit(lines)
    records = [line for line in lines if isinstance(line, Record)]
    for number, record in enumerate(records):
        record.i = number
    scenario = msgspec.structs.replace(job, **asked)
    returns = [line for line in lines if isinstance(line, Return)]
    for line in returns:
        line.name = scenario.calls[line.call - 1]
    return Trace(scenario, BY, [*records, *returns], ended or trace.outcome)


def _moment(line: Record | Return) -> tuple[int, float]:
    return (line.call, line.i) if isinstance(line, Record) else (line.call, math.inf)


# Broken traces ------------------------------------------------------------------------------------


class Case(NamedTuple):
    """A broken trace, and what the rule says of it.

    `asked` is what the scenario asks for where that is not the job that was done.
    """

    rule: str
    job: str | Scenario
    edit: Edit
    expected: str
    got: str
    asked: dict[str, Any] = {}
    ended: Outcome | None = None


def job(**fields: Any) -> Scenario:
    return Scenario(name="job", **{"num_train_epochs": 1, **fields})


PLAIN, REST, TWICE = "plain", "accumulation-with-a-rest", "trained-twice"
EVERY_TWO, SETS, BEST = "all-due-every-two-of-five-steps", "evaluation-sets", "best-weights-loaded"
TUNED = (Scripted("script", (Act(Event.TRAIN_BEGIN, does="tune", whom="logging_steps=1"),)),)
STOPPED = (Scripted("script", (Act(Event.STEP_BEGIN, 0, raises="T"),)),)
RAISES, AGAIN = "callback-raises", "trained-again-after-an-exception"
SHORTER = also(  # the third batch of the first epoch is left out
    drop("SB@2", "PO@2", "OS@2", "SE@3"),
    put("EE@3", "EB@3", "SB@3", step=2, epoch=0.666667),
    put("PO@3", "OS@3", step=2, epoch=0.666667),
    *(put(f"{code}@{n + 1}", step=n) for n in (3, 4) for code in ("SB", "PO", "OS")),
    *(put(f"SE@{n + 1}", step=n) for n in (3, 4, 5)),
    *(put(f"{code}@6", step=5) for code in ("EE", "LG", "TE")),
    logs("LG@5", train_loss=3.0),
    kept(-1, step=5),
)
ONE_SET = also(*(drop(name) for name in ("ps@2#3", "ps@2#3", "LG@2#2", "EV@2#2")))
LEFT_OUT = job(train_batches=3, gradient_accumulation_steps=3, num_train_epochs=2)
NOT_BEGUN = also(  # three batches of five make a step, the other two are not there
    put("SE@1", "EE@1", epoch=0.6),
    put("SE@2", "EE@2", epoch=1.6),
    logs("LG@2", epoch=1.6),
    put("LG@2", epoch=1.6),
)
BEGUN = also(  # the other two are there, and make no step
    *(copy(name, "EE@1", step=1, epoch=0.6) for name in ("SB@0", "SUB@0", "SUB@0#2")),
    NOT_BEGUN,
)
UNSAVED = also(flags("SE@5", without="S"), drop("SV@5"))
UNEVALUATED = also(flags("SE@5", without="V"), drop("ps@5", "ps@5#2", "LG@5", "EV@5"))
INIT, BEGIN, END = "on_init_end", "on_train_begin", "on_train_end"
PLACE = "only once, at its place"
LEFT = "the exception of script to leave train() at once"
ANEW = "train() to run after one that was broken off"
LAST_LOG = "one log with train_loss, right before on_train_end"
UPDATE = "on_pre_optimizer_step, on_optimizer_step, once each, right before it"
FIRST = "before the first epoch"
ALONE = "only on_prediction_step before on_predict"
BETWEEN = copy("EB@0", "SB@0", event=Event.PUSH_BEGIN)

# A table: each case on a line or two.
# fmt: off
CASES = (
    Case("EVT-1", PLAIN, drop("IE@0"), f"{INIT} first, when construction ends",
         f"{BEGIN} of call 1"),
    Case("EVT-1", TWICE, copy("IE@0", "TB@0#2", call=2), f"{INIT} only once", "another"),
    Case("EVT-1", PLAIN, copy("EB@0", "TB@0", call=0), f"nothing after {INIT} in construction",
         "on_epoch_begin"),
    Case("EVT-2", PLAIN, drop("TB@0"), f"{BEGIN} as the first event of train()", "on_epoch_begin"),
    Case("EVT-2", PLAIN, copy("TB@0", "EB@3", step=3), f"{BEGIN} {PLACE}", "it here too"),
    Case("EVT-2", TWICE, forget(2), BEGIN, "no event of train()"),
    Case("EVT-3", PLAIN, drop("TE@6"), f"{END} as the last event of train()", "on_log"),
    Case("EVT-3", PLAIN, copy("TE@6", "TE@6"), f"{END} {PLACE}", "it here too"),
    Case("EVT-3", PLAIN, move("TE@6", "LG@6"), f"{END} as the last event of train()", "on_log"),
    Case("EVT-4", TWICE, remembered(2, 5), "a fresh state", "entries in log_history: 5"),
    Case("EVT-4", TWICE, put("TB@0#2", best=0.5), "a fresh state", "best_metric 0.5"),
    Case("EVT-4", TWICE, put("TB@0#2", epoch=2.0), "a fresh state", "epoch 2.0"),
    Case("EVT-5", RAISES, copy("SE@2", "", event=Event.EPOCH_END), LEFT, "on_epoch_end after it"),
    Case("EVT-5", RAISES, called("SE@2", "after"), LEFT, "after called after it"),
    Case("EVT-6", PLAIN, drop("EE@3"), "on_epoch_end for this epoch", "none"),
    Case("EVT-6", "half-an-epoch", drop("EE@6"), "on_epoch_end for this epoch", "none"),
    Case("EVT-6", PLAIN, drop("EB@3"), "on_epoch_begin before it", "no epoch begun"),
    Case("EVT-6", PLAIN, copy("EE@3", "EB@3"), "on_epoch_begin before it", "no epoch begun"),
    Case("EVT-7", PLAIN, SHORTER, "3 micro-batches in an epoch that nothing cut", "2"),
    Case("EVT-8", job(), nothing, "the run to end at step 6", "3", {"num_train_epochs": 2}),
    Case("EVT-8", job(num_train_epochs=2), nothing, "the run to end at step 5", "6",
         {"num_train_epochs": 1.5}),
    Case("EVT-8", PLAIN, put("TB@0", max_steps=0), "state.max_steps 6", "0"),
    Case("EVT-9", job(max_steps=5), nothing, "the run to end at step 4", "5", {"max_steps": 4}),
    Case("EVT-9", job(max_steps=3), nothing, "the run to end at step 4", "3", {"max_steps": 4}),
    Case("EVT-10", job(), nothing, "no epoch", "1", {"num_train_epochs": 0}),
    Case("EVT-11", PLAIN, drop("SB@1"), "an on_step_begin of its own", "none"),
    Case("EVT-11", PLAIN, drop("SE@2"), "on_step_end for this step", "none"),
    Case("EVT-11", PLAIN, copy("SB@1", "PO@1"), "on_step_end for this step", "none"),
    Case("EVT-12", PLAIN, drop("PO@1"), UPDATE, "on_optimizer_step"),
    Case("EVT-12", PLAIN, drop("PO@1", "OS@1"), UPDATE, "neither"),
    Case("EVT-12", PLAIN, move("OS@1", "PO@1"), UPDATE, "on_optimizer_step, on_pre_optimizer_step"),
    Case("EVT-12", PLAIN, copy("PO@1", "OS@1"), UPDATE,
         "on_pre_optimizer_step, on_pre_optimizer_step, on_optimizer_step"),
    Case("EVT-12", REST, move("SUB@0", "SE@1"), UPDATE, "on_pre_optimizer_step, on_optimizer_step"),
    Case("EVT-13", REST, drop("SUB@0"), "2 on_substep_end in a group of 3", "1"),
    Case("EVT-13", REST, copy("SUB@0", "PO@0"), "2 on_substep_end in a group of 3", "3"),
    Case("EVT-13", REST, copy("SB@0", "SUB@0#2"), "no on_step_begin within a group", "one"),
    Case("EVT-13", PLAIN, copy("EB@0", "PO@0", event=Event.SUBSTEP_END),
         "0 on_substep_end in a group of 1", "1"),
    Case("EVT-13", REST, drop("SUB@1"), "1 on_substep_end in a group of 2", "0"),
    Case("EVT-14", LEFT_OUT, BEGUN, "short-step (transformers-5)", "no-step", {"train_batches": 5}),
    Case("EVT-14", LEFT_OUT, NOT_BEGUN, "short-step (transformers-5)", "no-step",
         {"train_batches": 5}),
    Case("EVT-15", PLAIN, put("SE@2", step=1), "global_step one more than before", "1"),
    Case("EVT-15", PLAIN, put("OS@2", step=3), "global_step still 2", "3"),
    Case("EVT-16", REST, put("SE@3", epoch=1.5), "epoch 1.6", "1.5"),
    Case("EVT-16", REST, put("EE@2", epoch=2.0), "epoch as at the last step", "2"),
    Case("EVT-16", REST, put("SUB@1", epoch=0.8), "epoch as at the last step", "0.8"),
    Case("EVT-17", PLAIN, seen("OS@1", moved=False), "weights moved since the event before",
         "weights unmoved"),
    Case("EVT-17", PLAIN, seen("PO@1", moved=True), "weights unmoved since the event before",
         "weights moved"),
    Case("EVT-17", PLAIN, seen("SE@2", moved=True), "weights unmoved since the event before",
         "weights moved"),
    Case("EVT-18", PLAIN, seen("PO@1", gradient=False), "gradients", "no gradients"),
    Case("EVT-18", PLAIN, seen("OS@1", gradient=False), "gradients", "no gradients"),
    Case("EVT-18", PLAIN, seen("SE@2", gradient=True), "no gradients", "gradients"),
    Case("EVT-19", PLAIN, seen("SE@2", training=False), "the model in training mode",
         "the model in evaluation mode"),
    Case("EVT-19", EVERY_TWO, seen("ps@2", training=True), "the model in evaluation mode",
         "the model in training mode"),
    Case("EVT-19", EVERY_TWO, seen("EV@2", training=True), "the model in evaluation mode",
         "the model in training mode"),
    Case("FLOW-1", EVERY_TWO, move("SV@2", "ps@2"), "log, evaluation, save",
         "log, save, evaluation"),
    Case("FLOW-1", EVERY_TWO, move("SV@2", "LG@2"), "log, evaluation, save",
         "save, log, evaluation"),
    Case("FLOW-1", "all-due-per-epoch",
         also(move("LG@2", "SV@2"), put("LG@2", "LG@2#2", history=None)), "log, evaluation, save",
         "evaluation, log, save"),
    Case("FLOW-2", job(logging_strategy="steps", logging_steps=2), nothing,
         "no log due by logging_steps=3", "a log due", {"logging_steps": 3}),
    Case("FLOW-2", job(save_strategy="steps", save_steps=3), nothing,
         "a save due by save_steps=2", "no save due", {"save_steps": 2}),
    Case("FLOW-2", job(eval_strategy="steps", eval_steps=1), nothing,
         "no evaluation due by eval_steps=1", "an evaluation due", {"eval_delay": 2}),
    Case("FLOW-2", job(eval_strategy="steps", eval_steps=0.5), nothing,
         "an evaluation due by eval_steps=0.3", "no evaluation due", {"eval_steps": 0.3}),
    Case("FLOW-3", job(eval_strategy="steps", eval_steps=1), nothing,
         "no evaluation due by eval_strategy=epoch", "an evaluation due",
         {"eval_strategy": "epoch"}),
    Case("FLOW-3", job(save_strategy="steps", save_steps=3), nothing,
         "no save due by save_strategy=epoch", "a save due", {"save_strategy": "epoch"}),
    Case("FLOW-3", job(eval_strategy="epoch"), nothing,
         "no evaluation due by eval_strategy=epoch", "an evaluation due", {"eval_delay": 1.5}),
    Case("FLOW-4", job(logging_strategy="steps", logging_steps=3), nothing,
         "no log due by logging_strategy=no", "a log due", {"logging_strategy": "no"}),
    Case("FLOW-4", job(save_strategy="epoch"), nothing,
         "no save due by save_strategy=no", "a save due", {"save_strategy": "no"}),
    Case("FLOW-5", job(), nothing, "a log due by logging_first_step", "no log due",
         {"logging_first_step": True}),
    Case("FLOW-6", EVERY_TWO, UNSAVED, "saved (transformers-5)", "not-saved"),
    Case("FLOW-7", EVERY_TWO, UNEVALUATED, "evaluated (transformers-5)",
         "not-evaluated"),
    Case("FLOW-8", job(), flags("SE@3", "T"),
         "should_training_stop set at step 3 with max_steps 3", "should_training_stop not set"),
    Case("FLOW-8", job(), put("SE@3", max_steps=4),
         "should_training_stop not set at step 3 with max_steps 4", "should_training_stop set"),
    Case("FLOW-9", job(eval_strategy="steps", eval_steps=1), nothing,
         "no evaluation due by logging_steps=2", "an evaluation due",
         {"eval_steps": 0, "logging_steps": 2}),
    Case("FLOW-10", job(logging_strategy="steps", logging_steps=3, callbacks=(Scripted("script"),)),
         nothing, "a log due by logging_steps=1", "no log due", {"callbacks": TUNED}),
    Case("FLOW-11", job(save_strategy="steps", save_steps=1, callbacks=STOPPED), nothing,
         "no save due by save_steps=2", "a save due", {"save_steps": 2}),
    Case("FLOW-12", "save-what-is-best", drop("SV@6"),
         "a save, as eval_score 4 is the best", "no save"),
    Case("FLOW-12", "save-what-is-best", nothing,
         "no save, as eval_score 3 is not the best", "a save", {"greater_is_better": False}),
    Case("STATE-1", EVERY_TWO, put("LG@2", logs=None), "the keyword argument logs, with values",
         "none"),
    Case("STATE-1", EVERY_TWO, logs("LG@2", epoch=None), "logs with epoch 0.4", "None"),
    Case("STATE-2", EVERY_TWO, put("LG@2", history=0), "1 entries in log_history", "0"),
    Case("STATE-2", EVERY_TWO, kept(0, loss=7.0), "the same values in log_history after the call",
         "others for loss"),
    Case("STATE-2", EVERY_TWO, kept(0, step=3), "the same values in log_history after the call",
         "others for step"),
    Case("STATE-3", EVERY_TWO, logs("LG@4", loss=7.0), "loss 3.5000", "7.0"),
    Case("STATE-3", EVERY_TWO, logs("LG@4", loss=None), "loss and learning_rate in a training log",
         "no loss"),
    Case("STATE-3", REST, logs("LG@2", loss=3.0), "loss 4.5000", "3.0"),
    Case("STATE-17", "a-rate-that-falls", logs("LG@2", learning_rate=0.0417),
         "learning_rate 0.08333, of this step's update, after 0.125", "0.0417"),
    Case("STATE-4", PLAIN, drop("LG@6"), LAST_LOG, "0 such logs, on_epoch_end right before"),
    Case("STATE-4", PLAIN, copy("LG@6", "LG@6", history=None), LAST_LOG,
         "2 such logs, on_log right before"),
    Case("STATE-4", PLAIN, logs("LG@6", train_loss=1.0), "train_loss 3.5000", "1.0"),
    Case("EVT-31", EVERY_TWO, drop("ps@2"), "2 on_prediction_step before on_evaluate", "1"),
    Case("EVT-31", EVERY_TWO, drop("ps@2", "ps@2#2"), "2 on_prediction_step before on_evaluate",
         "0"),
    Case("EVT-32", EVERY_TWO, move("EV@2", "LG@2#2"), "the log of its metrics right before",
         "on_prediction_step"),
    Case("EVT-32", EVERY_TWO, drop("EV@2"), "on_evaluate right after the log of metrics",
         "on_save"),
    Case("EVT-33", SETS, ONE_SET, "on_evaluate of one, two", "one"),
    Case("EVT-33", job(eval_sets=("two", "one"), eval_strategy="epoch"), nothing,
         "on_evaluate of one, two", "two, one", {"eval_sets": ("one", "two")}),
    Case("EVT-34", SETS, swap("metrics", "EV@2", "EV@2#2"), "score 1.0 in metrics", "2.0"),
    Case("EVT-34", EVERY_TWO, put("EV@2", metrics=None),
         "the keyword argument metrics, with values", "none"),
    Case("EVT-34", EVERY_TWO, metrics("EV@4", eval_score=1.0), "score 3.0 in metrics", "1.0"),
    Case("EVT-34", EVERY_TWO, metrics("EV@4", eval_loss=9.0), "loss 0.5 in metrics", "9.0"),
    Case("EVT-34", "evaluate-and-predict", put("PR@0", metrics=None),
         "the keyword argument metrics, with values", "none"),
    Case("EVT-35", job(), nothing, f"1 on_evaluate {FIRST}", "0", {"eval_on_start": True}),
    Case("EVT-35", job(eval_on_start=True), nothing, f"0 on_evaluate {FIRST}", "1",
         {"eval_on_start": False}),
    Case("EVT-36", job(calls=("predict",)), nothing, "on_evaluate as the last event of evaluate()",
         "on_predict", {"calls": ("evaluate",)}),
    Case("EVT-36", job(calls=("evaluate",)), copy("IE@0", "ps@0", event=Event.EPOCH_BEGIN, call=1),
         "only an evaluation in evaluate()", "on_epoch_begin"),
    Case("EVT-37", job(calls=("evaluate",)), nothing, "on_predict as the last event of predict()",
         "on_evaluate", {"calls": ("predict",)}),
    Case("EVT-37", job(calls=("predict",)),
         copy("IE@0", "ps@0", event=Event.LOG, call=1, history=None, logs={"epoch": 0}),
         ALONE, "on_log"),
    Case("EVT-37", job(calls=("predict",)),
         copy("IE@0", "PR@0", event=Event.LOG, call=1, history=None, logs={"epoch": 0}),
         ALONE, "on_log"),
    Case("EVT-38", EVERY_TWO, seen("SV@2", checkpoints=[]), "a complete checkpoint of step 2",
         "those of []"),
    Case("EVT-38", EVERY_TWO, copy("SV@2", "SB@2"), "one on_save for a checkpoint",
         "another right after it"),
    Case("EVT-38", EVERY_TWO, seen("SV@4", checkpoints=[2, 3, 4]), "an on_save for each checkpoint",
         "none for [3]"),
    Case("EVT-39", BEST, seen("TE@4", moved=False), "the weights of step 2 loaded",
         "weights unmoved"),
    Case("EVT-43", "interrupted", nothing, "the exception itself at the caller",
         "RuntimeError: training failed", ended=Outcome("raised", "RuntimeError: training failed")),
    Case("EVT-43", AGAIN, caught(2, "KeyError"), "ScriptedError or ScriptedInterrupt at the caller",
         "KeyError"),
    Case("EVT-43", AGAIN, caught(2, ""), "ScriptedError or ScriptedInterrupt at the caller",
         "nothing: train() came back"),
    Case("EVT-44", AGAIN, also(*(drop(n) for n in ("TE@4", "LG@4#3")), unreturned(3)), ANEW,
         "RuntimeError: no optimizer", ended=Outcome("raised", "RuntimeError: no optimizer")),
    Case("EVT-44", AGAIN, also(forget(3), unreturned(3)), ANEW, "RuntimeError: is training",
         ended=Outcome("raised", "RuntimeError: is training")),
    Case("EVT-45", "saved-by-hand", copy("SB@0", "TB@0", event=Event.SAVE, call=1), "no event",
         "on_save"),
    Case("EVT-41", "pushed", drop("PB@0"), "on_push_begin in push_to_hub()", "none"),
    Case("EVT-41", "pushed", copy("PB@4", ""), "on_push_begin only once", "another"),
    Case("EVT-41", "pushed", seen("PB@4", uploads=2), "on_push_begin before the upload",
         "it after the upload"),
    Case("EVT-40", PLAIN, BETWEEN,
         "on_step_begin or on_substep_end or on_pre_optimizer_step or on_epoch_end",
         "on_push_begin"),
)
# fmt: on


@pytest.mark.parametrize("case", CASES, ids=[f"{c.rule}-{n}" for n, c in enumerate(CASES)])
def test_a_broken_trace_is_reported_by_its_rule_alone(case: Case) -> None:
    results = judge([_broken(case)], rules=CHAPTER).results
    failed = {result.rule.id: result for result in results if result.verdict is Verdict.FAIL}
    assert list(failed) == [case.rule]
    evidence = failed[case.rule].evidence
    assert evidence is not None
    assert (evidence.expected, evidence.got) == (case.expected, case.got)


def _broken(case: Case) -> Trace:
    job = CORPUS[case.job] if isinstance(case.job, str) else case.job
    return broken(job, case.edit, case.asked, case.ended)


def test_every_rule_is_broken_by_some_case() -> None:
    assert {rule.id for rule in CHAPTER if rule.level is not Level.MAY} == {
        case.rule for case in CASES
    }


def test_an_infinite_value_that_nothing_beat_is_no_best_one() -> None:
    job = CORPUS["stop-at-infinity-twice"]
    stopped = msgspec.structs.replace(job, early_stopping=EarlyStopping(1, 0.5))
    trace = predict(stopped)
    assert trace.records[-1].best == "inf"
    (result,) = judge([trace], rules=[rules()["EVT-39"]]).results
    assert result.evidence is None


def test_a_lost_short_group_of_a_resumed_epoch_is_for_another_rule() -> None:
    trace = predict(CORPUS["resume-before-a-short-group"])
    resumed = trace.runs[1]
    end = next(n for n, r in enumerate(resumed) if r.event is Event.EPOCH_END)
    lost = {r.i for r in resumed[end - 4 : end] if r.event is not Event.STEP_BEGIN}
    records = [record for record in trace.records if record.i not in lost]
    alone = Trace(trace.scenario, BY, [*records, *trace.returns], trace.outcome)
    (result,) = judge([alone], rules=[rules()["EVT-11"]]).results
    assert result.verdict is Verdict.PASS


# What trainers may do -----------------------------------------------------------------------------

# A table: each case on a line or two.
# fmt: off
VARIANTS: tuple[tuple[str, str | Scenario, Edit, str, tuple[Verdict, Verdict]], ...] = (
    ("EVT-14", REST, nothing, "short-step", (Verdict.PASS, Verdict.PASS)),
    ("EVT-14", REST, drop("PO@1", "OS@1", "SE@2", "LG@2"), "no-step", (Verdict.FAIL, Verdict.PASS)),
    ("FLOW-6", EVERY_TWO, nothing, "saved", (Verdict.PASS, Verdict.PASS)),
    ("FLOW-6", EVERY_TWO, UNSAVED, "not-saved", (Verdict.FAIL, Verdict.PASS)),
    ("FLOW-7", EVERY_TWO, nothing, "evaluated", (Verdict.PASS, Verdict.PASS)),
    ("FLOW-7", EVERY_TWO, UNEVALUATED, "not-evaluated",
     (Verdict.FAIL, Verdict.PASS)),
    ("EVT-42", "pushed", nothing, "taken", (Verdict.PASS, Verdict.PASS)),
    ("EVT-42", "pushed", left("push", ""), "ignored", (Verdict.PASS, Verdict.PASS)),
    ("EVT-39", BEST, nothing, "after-the-last-log", (Verdict.PASS, Verdict.PASS)),
    ("EVT-39", BEST, also(seen("TE@4", moved=False), seen("LG@4#2", moved=True)),
     "before-the-last-log",
     (Verdict.PASS, Verdict.PASS)),
)
# fmt: on


@pytest.mark.parametrize(("rule", "job", "edit", "variant", "verdicts"), VARIANTS)
def test_a_variant_is_named_and_held_to_its_editions(
    rule: str, job: str, edit: Edit, variant: str, verdicts: tuple[Verdict, Verdict]
) -> None:
    trace = broken(CORPUS[job], edit, {}, None)
    for edition, verdict in zip((Edition.TRANSFORMERS_5, Edition.PAGE), verdicts, strict=True):
        (result,) = judge([trace], rules=[rules()[rule]], edition=edition).results
        assert variant in result.variants
        assert result.verdict is verdict
