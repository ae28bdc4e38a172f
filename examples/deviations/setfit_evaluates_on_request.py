"""setfit Trainer: `should_evaluate` raises where `eval_strategy` is "no", and an evaluation set is
there.

`train_embeddings` hands the evaluation set over only if the strategy asks for one; a callback that
asks for an evaluation then gets `ValueError: Evaluation requires specifying an eval_dataset`.

Upstream: no report of it was found.

CTRL-12.
"""

from __future__ import annotations

import sys
import tempfile

import tiny
import tiny_setfit
from setfit import Trainer, TrainingArguments
from transformers import TrainerCallback


class AskAtOne(TrainerCallback):
    def on_step_end(self, args, state, control, **kwargs):
        control.should_evaluate = state.global_step == 1


def main() -> int:
    data = tiny_setfit.data()
    with tempfile.TemporaryDirectory() as folder:
        made = TrainingArguments(
            output_dir=folder, batch_size=4, num_epochs=1, num_iterations=1, report_to="none",
            eval_strategy="no", save_strategy="no", show_progress_bar=False,
        )  # fmt: skip
        trainer = Trainer(
            model=tiny_setfit.model(),
            args=made,
            train_dataset=data,
            eval_dataset=data,
            callbacks=[AskAtOne()],
        )
        try:
            trainer.train()
            got = "an evaluation"
        except ValueError as error:
            got = f"{type(error).__name__}: {' '.join(str(error).split())[:120]}"
    return tiny.conclude("an evaluation on the set that was given", got, got == "an evaluation")


if __name__ == "__main__":
    sys.exit(main())
