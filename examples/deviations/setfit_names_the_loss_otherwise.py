"""setfit Trainer: a training log holds `embedding_loss`, and no `loss`.

`BCSentenceTransformersTrainer.log` puts the name of the phase before `loss`, and `evaluate` puts it
into the prefix of each metric. A callback that reads `logs["loss"]` finds nothing. STATE-3.

Upstream: https://github.com/huggingface/setfit/issues/548 (`Training Loss` and `Validation Loss`
are not logged, closed): transformers' display in a notebook found neither. It got a display of its
own (https://github.com/huggingface/setfit/pull/557), and the names stayed.
"""

from __future__ import annotations

import sys
import tempfile

import tiny
import tiny_setfit
from setfit import Trainer, TrainingArguments
from transformers import TrainerCallback

seen: list[str] = []


class Names(TrainerCallback):
    def on_log(self, args, state, control, logs, **kwargs):
        seen.extend(name for name in logs if name.endswith("loss") and name != "train_loss")


def main() -> int:
    data = tiny_setfit.data()
    with tempfile.TemporaryDirectory() as folder:
        made = TrainingArguments(
            output_dir=folder, batch_size=4, num_epochs=1, num_iterations=1, report_to="none",
            logging_strategy="steps", logging_steps=2, save_strategy="no", show_progress_bar=False,
        )  # fmt: skip
        Trainer(
            model=tiny_setfit.model(), args=made, train_dataset=data, callbacks=[Names()]
        ).train()
    return tiny.conclude("loss in the training log", ", ".join(seen), "loss" in seen)


if __name__ == "__main__":
    sys.exit(main())
