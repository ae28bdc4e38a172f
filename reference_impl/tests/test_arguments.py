from __future__ import annotations

import json
from typing import Any

import pytest

from loopspec_reference import IntervalStrategy, SaveStrategy, TrainingArguments


def test_defaults_are_those_of_transformers() -> None:
    transformers = pytest.importorskip("transformers")
    ours, theirs = TrainingArguments(), transformers.TrainingArguments(use_cpu=True)
    different = {
        name
        for name, value in ours.to_dict().items()
        if value != theirs.to_dict().get(name, "absent")
    }
    # They are off where theirs were told to use the CPU.
    different -= {"disable_tqdm", "use_cpu", "dataloader_pin_memory"}
    # `report_to` keeps the "all" of the documentation page; `logging_dir` left transformers.
    assert different - {"report_to"} == {"logging_dir"}


def test_an_unknown_setting_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="evaluation_strategy"):
        TrainingArguments(evaluation_strategy="steps")  # type: ignore[call-arg]


def test_strategies_are_enums_that_equal_their_strings() -> None:
    args = TrainingArguments(eval_strategy="epoch", save_strategy="best")
    assert args.eval_strategy is IntervalStrategy.EPOCH
    assert args.save_strategy is SaveStrategy.BEST
    assert str(args.save_strategy) == "best"
    assert hash(args.save_strategy) == hash("best")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"eval_strategy": "never"}, "'never' is not a valid IntervalStrategy"),
        ({"logging_steps": 0}, "needs non-zero logging_steps"),
        ({"logging_steps": 2.5}, "logging_steps above 1 must be an integer"),
        ({"eval_strategy": "steps", "eval_steps": 1.5}, "eval_steps above 1"),
        ({"save_steps": 1.5}, "save_steps above 1"),
        ({"logging_strategy": "no", "logging_steps": 0, "eval_strategy": "steps"}, "eval_steps or"),
        ({"load_best_model_at_end": True}, "each saved model must have been evaluated"),
        (
            {
                "load_best_model_at_end": True,
                "eval_strategy": "steps",
                "eval_steps": 2,
                "save_steps": 3,
            },
            "3 is none of 2",
        ),
        (
            {
                "load_best_model_at_end": True,
                "eval_strategy": "steps",
                "eval_steps": 0.1,
                "save_steps": 3,
            },
            "both as ratios",
        ),
        ({"gradient_accumulation_steps": 0}, "at least 1"),
        ({"warmup_steps": -1}, "must not be negative"),
        ({"optim": "adafactor"}, "please select one of"),
    ],
)
def test_what_does_not_fit_is_a_value_error(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TrainingArguments(**settings)


def test_ratios_that_are_multiples_are_accepted() -> None:
    args = TrainingArguments(
        load_best_model_at_end=True, eval_strategy="steps", eval_steps=0.1, save_steps=0.3
    )
    assert args.metric_for_best_model == "loss"
    assert args.greater_is_better is False


@pytest.mark.parametrize(("name", "greater"), [("score", True), ("my_loss", False)])
def test_the_direction_of_a_metric_follows_from_its_name(name: str, greater: bool) -> None:
    assert TrainingArguments(metric_for_best_model=name).greater_is_better is greater


@pytest.mark.parametrize("steps", [None, 0])
def test_evaluation_steps_fall_back_to_logging_steps(steps: int | None) -> None:
    args = TrainingArguments(eval_strategy="steps", eval_steps=steps, logging_steps=7)
    assert args.eval_steps == 7
    assert args.do_eval


def test_names_to_report_to_are_checked_by_the_trainer_only() -> None:
    assert TrainingArguments(report_to="a,b").report_to == ["a,b"]


@pytest.mark.parametrize(("warmup", "steps"), [(0, 0), (3, 3), (0.25, 3)])
def test_warmup_is_a_number_or_a_share(warmup: float, steps: int) -> None:
    assert TrainingArguments(warmup_steps=warmup).get_warmup_steps(10) == steps


def test_tokens_are_counted_by_kind_or_by_bool() -> None:
    assert (
        TrainingArguments(include_num_input_tokens_seen=True).to_dict()[
            "include_num_input_tokens_seen"
        ]
        == "all"
    )


def test_dicts_for_trackers() -> None:
    args = TrainingArguments(eval_strategy="epoch")
    assert json.loads(args.to_json_string())["eval_strategy"] == "epoch"
    plain = args.to_sanitized_dict()
    assert plain["train_batch_size"] == 8
    assert plain["save_total_limit"] == "None"
    assert all(type(value) in (bool, int, float, str) for value in plain.values())
