"""Training that is worth the name: handwritten digits, read from 8 x 8 pixels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from loopspec_reference import EvalPrediction, Trainer, TrainingArguments

Samples = list[dict[str, torch.Tensor]]


class Perceptron(nn.Module):
    """Two layers and dropout, which makes a run depend on all random numbers being right."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.layers = nn.Sequential(
            nn.Linear(64, 64), nn.ReLU(), nn.Dropout(0.1), nn.Linear(64, 10)
        )

    def forward(self, pixels: torch.Tensor, labels: torch.Tensor) -> dict[str, torch.Tensor]:
        logits = self.layers(pixels)
        return {"loss": nn.functional.cross_entropy(logits, labels), "logits": logits}


@pytest.fixture(scope="module")
def digits() -> tuple[Samples, Samples]:
    datasets = pytest.importorskip("sklearn.datasets")
    pixels, labels = datasets.load_digits(return_X_y=True)
    samples = [
        {"pixels": torch.tensor(image, dtype=torch.float) / 16, "labels": torch.tensor(int(label))}
        for image, label in zip(pixels, labels, strict=True)
    ]
    return [s for i, s in enumerate(samples) if i % 5], samples[::5]


def accuracy(prediction: EvalPrediction) -> dict[str, float]:
    return {"accuracy": (prediction.predictions.argmax(1) == prediction.label_ids).mean()}


def digit_trainer(folder: Path, digits: tuple[Samples, Samples], **settings: Any) -> Trainer:
    args = TrainingArguments(
        output_dir=str(folder),
        **{
            "num_train_epochs": 8,
            "per_device_train_batch_size": 16,
            "per_device_eval_batch_size": 128,
            "learning_rate": 5e-3,
            "lr_scheduler_type": "cosine",
            "warmup_steps": 20,
            "weight_decay": 0.01,
            "eval_strategy": "epoch",
            "save_strategy": "epoch",
            "use_cpu": True,
            "report_to": "none",
            "disable_tqdm": True,
            **settings,
        },
    )
    train, test = digits
    return Trainer(
        Perceptron(), args, train_dataset=train, eval_dataset=test, compute_metrics=accuracy
    )


def assert_same_bits(one: nn.Module, other: nn.Module) -> None:
    for (name, a), b in zip(one.named_parameters(), other.parameters(), strict=True):
        assert torch.equal(a, b), name


def test_digits_are_read_and_a_resume_changes_no_bit(
    tmp_path: Path, digits: tuple[Samples, Samples]
) -> None:
    whole = digit_trainer(tmp_path, digits)
    whole.train()
    assert whole.evaluate()["eval_accuracy"] > 0.95
    assert whole.state.global_step == 8 * 90
    resumed = digit_trainer(tmp_path, digits)
    resumed.train(resume_from_checkpoint=str(tmp_path / "checkpoint-360"))
    assert_same_bits(whole.model, resumed.model)


@pytest.mark.parametrize("step", [7, 23, 37])
def test_nor_does_one_in_the_middle_of_an_epoch_with_accumulation(
    tmp_path: Path, digits: tuple[Samples, Samples], step: int
) -> None:
    settings = {
        "num_train_epochs": 2,
        "gradient_accumulation_steps": 4,  # 90 batches: the last group of an epoch has 2
        "save_strategy": "steps",
        "save_steps": 1,
        "logging_steps": 5,
    }
    whole = digit_trainer(tmp_path, digits, **settings)
    whole.train()
    resumed = digit_trainer(tmp_path, digits, **settings)
    resumed.train(resume_from_checkpoint=str(tmp_path / f"checkpoint-{step}"))
    assert whole.state.global_step == resumed.state.global_step == 46
    assert_same_bits(whole.model, resumed.model)
    rates = [
        [entry["learning_rate"] for entry in t.state.log_history if "learning_rate" in entry]
        for t in (whole, resumed)
    ]
    assert rates[0] == rates[1]
