from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from loopspec_reference import Trainer, TrainerCallback, TrainerState, TrainingArguments
from loopspec_reference.best_model import load_best, lookup, metric_key, update_best

EACH_STEP = {"eval_strategy": "steps", "eval_steps": 1, "metric_for_best_model": "score"}


def test_the_key_has_the_prefix_once() -> None:
    assert metric_key(TrainingArguments(metric_for_best_model="f1")) == "eval_f1"
    assert metric_key(TrainingArguments(metric_for_best_model="eval_f1")) == "eval_f1"
    with pytest.raises(AttributeError, match=r"^metric_for_best_model is None: there is no metric"):
        metric_key(TrainingArguments())


def test_a_missing_metric_names_those_there_are() -> None:
    args = TrainingArguments(metric_for_best_model="f1")
    with pytest.raises(KeyError, match=r"'eval_f1'.*eval_loss, eval_f2"):
        lookup(args, {"eval_loss": 1, "eval_f2": 1})


def test_equal_keeps_the_older_and_nan_is_never_better() -> None:
    args, state = TrainingArguments(metric_for_best_model="score"), TrainerState()
    outcomes = []
    for step, score in enumerate([float("nan"), 1.0, 1.0, float("nan"), 2.0], 1):
        state.global_step = step
        outcomes.append(update_best(args, state, {"eval_score": score}))
    assert outcomes == [False, True, False, False, True]
    assert (state.best_metric, state.best_global_step) == (2.0, 5)


def test_without_a_metric_nothing_is_recorded() -> None:
    state = TrainerState()
    assert not update_best(TrainingArguments(), state, {"eval_loss": 1.0})
    assert state.best_metric is None


def test_the_best_weights_are_loaded_after_the_last_log_and_before_the_end(
    build: Callable[..., Trainer],
) -> None:
    weights: dict[str, torch.Tensor] = {}

    class Watch(TrainerCallback):
        def on_step_end(self, args: Any, state: Any, control: Any, **kw: Any) -> None:
            weights[f"step {state.global_step}"] = kw["model"].linear.weight.clone()

        def on_log(self, args: Any, state: Any, control: Any, **kw: Any) -> None:
            weights["last log"] = kw["model"].linear.weight.clone()

        def on_train_end(self, args: Any, state: Any, control: Any, **kw: Any) -> None:
            weights["end"] = kw["model"].linear.weight.clone()

    trainer = build(
        callbacks=[Watch()],
        scores=[1, 3, 2, 2],
        save_strategy="steps",
        save_steps=1,
        load_best_model_at_end=True,
        **EACH_STEP,
    )
    trainer.train()
    assert torch.equal(weights["last log"], weights["step 4"])
    assert torch.equal(weights["end"], weights["step 2"])
    assert not torch.equal(weights["step 2"], weights["step 4"])


def test_a_best_evaluation_that_was_not_saved_loses_to_the_one_before(
    build: Callable[..., Trainer], tmp_path: Path
) -> None:
    trainer = build(
        scores=[1, 2, 9, 3],
        save_strategy="steps",
        save_steps=2,
        load_best_model_at_end=True,
        **EACH_STEP,
    )
    trainer.train()
    assert (trainer.state.best_metric, trainer.state.best_global_step) == (9, 3)
    assert trainer.state.best_model_checkpoint == str(tmp_path / "checkpoint-2")


def test_strategy_best_saves_and_loads_the_best(
    build: Callable[..., Trainer], tmp_path: Path
) -> None:
    trainer = build(
        scores=[1, 3, 2, 2], save_strategy="best", load_best_model_at_end=True, **EACH_STEP
    )
    trainer.train()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checkpoint-1", "checkpoint-2"]
    stored = torch.load(tmp_path / "checkpoint-2" / "pytorch_model.bin", weights_only=True)
    assert torch.equal(trainer.model.state_dict()["linear.weight"], stored["linear.weight"])


def test_lost_weights_are_warned_about(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    state = TrainerState(best_model_checkpoint=str(tmp_path))
    load_best(state, torch.nn.Linear(1, 1))
    words = f"The best model, {tmp_path}, is gone (pytorch_model.bin is missing)"
    assert caplog.messages == [f"{words}; keeping the last one."]


def stored(folder: Path, weights: Any) -> TrainerState:
    torch.save(weights, folder / "pytorch_model.bin")
    (folder / "trainer_state.json").write_text("{}")
    return TrainerState(best_model_checkpoint=str(folder))


def test_weights_are_read_to_where_the_model_is(tmp_path: Path) -> None:
    """Onto a device without memory nothing can be copied from another one without a warning."""
    state = stored(tmp_path, torch.nn.Linear(1, 1).state_dict())
    model = torch.nn.Linear(1, 1, device="meta")
    load_best(state, model)
    assert model.weight.device.type == "meta"


def test_a_model_without_parameters_gets_its_buffers(tmp_path: Path) -> None:
    best, last = (torch.nn.BatchNorm1d(1, affine=False) for _ in range(2))
    best.running_mean = torch.tensor([5.0])
    load_best(stored(tmp_path, best.state_dict()), last)
    assert last.running_mean == 5


def test_weights_that_would_run_code_are_not_read(tmp_path: Path) -> None:
    with pytest.raises(pickle.UnpicklingError):
        load_best(stored(tmp_path, tmp_path), torch.nn.Linear(1, 1))
