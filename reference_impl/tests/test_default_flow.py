from __future__ import annotations

from typing import Any

import pytest

from loopspec_reference import (
    DefaultFlowCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)

LETTERS = dict(
    zip(
        "TSVL",
        ("should_training_stop", "should_save", "should_evaluate", "should_log"),
        strict=True,
    )
)


def requests(event: str, step: int, epoch: float = 0.0, **settings: Any) -> str:
    args = TrainingArguments(
        **{"logging_strategy": "no", "eval_strategy": "no", "save_strategy": "no", **settings}
    )
    state = TrainerState(global_step=step, epoch=epoch, max_steps=10)
    state.compute_steps(args, 10)
    control = TrainerControl()
    getattr(DefaultFlowCallback(), event)(args, state, control)
    return "".join(letter for letter, flag in LETTERS.items() if getattr(control, flag))


STEPS: dict[str, Any] = {
    "logging_strategy": "steps",
    "logging_steps": 2,
    "eval_strategy": "steps",
    "eval_steps": 3,
    "save_strategy": "steps",
    "save_steps": 4,
}


@pytest.mark.parametrize(
    ("step", "flags"), [(1, ""), (2, "L"), (3, "V"), (4, "SL"), (6, "VL"), (10, "TSVL")]
)
def test_intervals_count_from_the_beginning_and_the_last_step_is_served(
    step: int, flags: str
) -> None:
    assert requests("on_step_end", step, **STEPS) == flags


def test_the_first_step_is_logged_on_request_whatever_the_strategy() -> None:
    assert requests("on_step_end", 1, logging_first_step=True) == "L"


def test_the_delay_is_in_steps_or_epochs_and_not_for_saves() -> None:
    assert requests("on_step_end", 3, **STEPS, eval_delay=4) == ""
    assert requests("on_step_end", 10, **STEPS, eval_delay=11) == "TSL"
    assert requests("on_epoch_end", 1, 1.0, eval_strategy="epoch", eval_delay=1.5) == ""
    assert requests("on_epoch_end", 2, 2.0, eval_strategy="epoch", eval_delay=1.5) == "V"


def test_the_evaluation_at_the_very_end_of_the_delay_is_due() -> None:
    assert requests("on_step_end", 3, **STEPS, eval_delay=3) == "V"
    assert requests("on_epoch_end", 1, 1.0, eval_strategy="epoch", eval_delay=1) == "V"


def test_no_save_interval_saves_at_the_end() -> None:
    assert requests("on_step_end", 4, save_strategy="steps", save_steps=0) == ""
    assert requests("on_step_end", 10, save_strategy="steps", save_steps=0) == "TS"


def test_an_epoch_serves_what_goes_by_epochs() -> None:
    every = dict.fromkeys(("logging_strategy", "eval_strategy", "save_strategy"), "epoch")
    assert requests("on_epoch_end", 4, 1.0, **every) == "SVL"
    assert requests("on_step_end", 4, 1.0, **every) == ""
    assert requests("on_epoch_end", 4, 1.0, **STEPS) == ""


@pytest.mark.parametrize("name", ["logging_steps", "eval_steps", "save_steps"])
def test_an_interval_of_0_that_a_checkpoint_holds_is_never_due(name: str) -> None:
    args = TrainingArguments(**STEPS)
    state = TrainerState(global_step=12, max_steps=20, logging_steps=5, eval_steps=5, save_steps=5)
    setattr(state, name, 0)
    control = TrainerControl()
    DefaultFlowCallback().on_step_end(args, state, control)
    asked = {name: getattr(control, f"should_{name}") for name in ("log", "evaluate", "save")}
    assert not any(asked.values()), asked
