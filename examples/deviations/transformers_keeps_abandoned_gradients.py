"""transformers Trainer: gradients of an accumulation group that a stop abandoned enter the next
update.

`should_epoch_stop` is set after the first of two micro-batches. The group makes no update, and its
gradient stays; the first update of the next epoch is one of three micro-batches. CTRL-27.

Upstream: no report of it was found.
"""

from __future__ import annotations

import sys
import tempfile

import tiny
import tiny_trainer
from transformers import TrainerCallback


class AbandonTheFirst(TrainerCallback):
    found: float | None = None
    asked = False

    def on_substep_end(self, args, state, control, **kwargs):
        if not self.asked:
            self.asked = control.should_epoch_stop = True

    def on_pre_optimizer_step(self, args, state, control, model, **kwargs):
        if self.found is None:
            self.found = float(model.weight.grad)


def main() -> int:
    seen = AbandonTheFirst()
    with tempfile.TemporaryDirectory() as folder:
        tiny_trainer.trainer(
            folder, 2, [seen], gradient_accumulation_steps=2, num_train_epochs=2, max_grad_norm=0.0
        ).train()
    # Each micro-batch has a gradient of 1, and a group of two the mean of both.
    return tiny.conclude("a gradient of 1.0", f"a gradient of {seen.found}", seen.found == 1.0)


if __name__ == "__main__":
    sys.exit(main())
