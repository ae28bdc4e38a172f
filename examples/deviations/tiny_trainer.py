"""What the scripts about transformers' Trainer train: a model of one weight, one sample a batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import tiny  # noqa: F401  # it keeps everything offline
import torch
from transformers import Trainer, TrainerCallback, TrainingArguments


class OneWeight(torch.nn.Module):
    """Its loss is the weight itself, so that each gradient is 1."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(()))

    def forward(self, x: torch.Tensor, labels: torch.Tensor | None = None) -> dict[str, Any]:
        return {"loss": self.weight + 0 * x.sum(), "logits": x}


def trainer(
    folder: str, samples: int, callbacks: Sequence[TrainerCallback] = (), **arguments: Any
) -> Trainer:
    """A Trainer of `samples` batches an epoch, and as many to evaluate, that writes to `folder`."""
    wanted = {"num_train_epochs": 1, "save_strategy": "no", "report_to": [], "disable_tqdm": True}
    made = TrainingArguments(
        output_dir=folder, per_device_train_batch_size=1, use_cpu=True, **(wanted | arguments)
    )
    rows = [{"x": torch.zeros(1), "labels": torch.zeros(1)} for _ in range(samples)]
    return Trainer(
        OneWeight(), made, train_dataset=rows, eval_dataset=rows, callbacks=list(callbacks)
    )
