"""transformers 4.57 Trainer: a run that is resumed in its second epoch ends with other weights than
one that nothing interrupted.

In 5.23 both end with the same. CKPT-28.

Upstream: no report of it was found.
"""

from __future__ import annotations

import sys
import tempfile

import tiny
import tiny_trainer
import torch

SAMPLES = 6
ARGUMENTS = {"num_train_epochs": 2, "save_strategy": "steps", "save_steps": 1, "learning_rate": 0.1}


class ByData(tiny_trainer.OneWeight):
    """The order of the samples tells in its weight."""

    def forward(self, x, labels=None):
        return {"loss": (self.weight * x.sum()).sin(), "logits": x}


def trained(folder: str, checkpoint: str | None = None) -> float:
    trainer = tiny_trainer.trainer(folder, SAMPLES, **ARGUMENTS)
    torch.manual_seed(0)
    trainer.model = trainer.model_wrapped = ByData()
    for number, row in enumerate(trainer.train_dataset):
        row["x"] = torch.full((1,), float(number))
    trainer.train(resume_from_checkpoint=checkpoint)
    return trainer.model.weight.item()


def main() -> int:
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as other:
        whole = trained(folder)
        resumed = trained(other, f"{folder}/checkpoint-{SAMPLES + 2}")
    return tiny.conclude(f"weight {whole}", f"weight {resumed}", whole == resumed)


if __name__ == "__main__":
    sys.exit(main())
