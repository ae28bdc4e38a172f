"""Variants that write other checkpoints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from transformers import Trainer


class SavesAdapterOnly(Trainer):
    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        folder = Path(self.args.output_dir) / f"checkpoint-{self.state.global_step}"
        folder.mkdir(parents=True, exist_ok=True)
        # the bug: neither optimizer nor state, so that nothing can be resumed
        torch.save(self.model.state_dict(), folder / "mm_projector.bin")


class TellsOfASaveTwice(Trainer):
    control: Any

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        super()._save_checkpoint(model, trial)
        # the bug: the loop does so too
        self.control = self.callback_handler.on_save(self.args, self.state, self.control)
