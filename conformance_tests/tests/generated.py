"""Hypothesis strategies for scenarios: jobs of any shape, with callbacks that meddle."""

from __future__ import annotations

from hypothesis import strategies as st

from loopspec.scenario import Act, EarlyStopping, Scenario, Scripted
from loopspec.vocabulary import Event, Flag

_INSIDE_EVALUATION = (Event.PREDICTION_STEP, Event.LOG, Event.EVALUATE, Event.PREDICT)
_EVENTS = [event for event in Event if event is not Event.PUSH_BEGIN]
_letters = st.lists(st.sampled_from(list(Flag)), max_size=2, unique=True).map("".join)
_strategy = st.sampled_from(["no", "steps", "epoch"])
_every = st.integers(1, 4)
_score = st.sampled_from([0.0, 0.5, 1.0, 1.5, 2.0, "nan"])


@st.composite
def acts(draw: st.DrawFn) -> Act:
    event = draw(st.sampled_from(_EVENTS))
    may_ask = event not in (*_INSIDE_EVALUATION, Event.INIT_END)
    return Act(
        event,
        draw(st.none() | st.integers(0, 6)),
        raises=draw(_letters),
        lowers=draw(_letters),
        gives=draw(st.sampled_from(["none", "none", "same", "new"])),
        does=draw(st.sampled_from(["", "", "", "log", "evaluate"])) if may_ask else "",
        whom="mine",
    )


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    metrics = tuple(draw(st.lists(_score, max_size=5)))
    evaluates = draw(_strategy)
    tracks = bool(metrics) and draw(st.booleans())
    stops = tracks and evaluates != "no" and draw(st.booleans())
    saves = draw(_strategy)
    calls = [
        "train",
        *draw(st.lists(st.sampled_from(["train", "evaluate", "predict"]), max_size=2)),
    ]
    return Scenario(
        name="generated",
        train_batches=draw(st.integers(1, 5)),
        eval_batches=draw(st.integers(1, 2)),
        eval_sets=draw(st.sampled_from([(), (), ("a", "b")])) if not tracks else (),
        metrics=metrics,
        callbacks=tuple(
            Scripted(name, tuple(draw(st.lists(acts(), min_size=1, max_size=3))))
            for name in draw(st.sampled_from(["", "a", "ab"]))
        ),
        early_stopping=EarlyStopping(draw(st.integers(0, 3)), draw(st.sampled_from([0.0, 0.5])))
        if stops
        else None,
        calls=tuple(calls),
        num_train_epochs=draw(st.sampled_from([0, 1, 1.5, 2, 3])),
        max_steps=draw(st.sampled_from([-1, -1, 1, 3, 5, 7])),
        gradient_accumulation_steps=draw(st.integers(1, 4)),
        logging_strategy=draw(_strategy),
        logging_steps=draw(_every),
        logging_first_step=draw(st.booleans()),
        eval_strategy=evaluates,
        eval_steps=draw(_every),
        eval_delay=draw(st.sampled_from([0, 0, 1.5, 3])),
        eval_on_start=draw(st.booleans()),
        save_strategy=saves,
        save_steps=draw(_every),
        # Which checkpoints of an earlier run go first depends on the clock of the file system.
        save_total_limit=draw(st.sampled_from([None, 2])) if calls.count("train") == 1 else None,
        metric_for_best_model="score" if tracks else None,
        greater_is_better=draw(st.booleans()) if tracks else None,
    )
