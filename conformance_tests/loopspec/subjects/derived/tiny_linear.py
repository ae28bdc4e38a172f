"""The tiny model with a layer that adapters can be put around."""

from __future__ import annotations

import torch

from loopspec.subjects.tiny_torch import EVAL_LOSS


class TinyLinear(torch.nn.Module):
    """One linear layer. Input `x` of shape (batch, 1), `labels` alike; returns `loss`, `logits`."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = torch.nn.Linear(1, 1)
        self.passes = 0

    def forward(
        self, x: torch.Tensor, labels: torch.Tensor | None = None
    ) -> dict[str, torch.Tensor]:
        if self.training:
            self.passes += 1
        value = float(self.passes) if self.training else EVAL_LOSS
        logits = self.linear(x + 1)  # the first sample is zero, and would move no weight
        return {"loss": (logits - logits.detach()).sum() + value, "logits": logits}
