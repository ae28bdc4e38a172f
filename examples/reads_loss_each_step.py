"""A trainer that looks at its loss in each step, so that a GPU is waited for.

`loopspec bench examples/reads_loss_each_step.py` says what that costs and where.
"""

from __future__ import annotations

import math
from typing import Any

import torch

import loopspec_reference


class ReadsLossEachStep(loopspec_reference.Trainer):
    """Stops where the loss is no number."""

    def training_step(self, *arguments: Any, **keywords: Any) -> torch.Tensor:
        loss = super().training_step(*arguments, **keywords)
        if math.isnan(loss.item()):
            raise FloatingPointError("the loss is no number")
        return loss
