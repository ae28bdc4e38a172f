"""Variants whose loop goes through epochs and steps in another way."""

from __future__ import annotations

from typing import Any

from torch.utils.data import Subset
from transformers import Trainer


class SamplesWholeGroupsOnly(Trainer):
    train_dataset: Any

    def get_train_dataloader(self) -> Any:
        every, size = self.train_dataset, self.args.train_batch_size
        group = size * self.args.gradient_accumulation_steps
        self.train_dataset = Subset(every, range(len(every) // group * group))  # the bug
        try:
            return super().get_train_dataloader()
        finally:
            self.train_dataset = every
