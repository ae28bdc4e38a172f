"""trl 1.7.1 PPOTrainer: of what callbacks ask for at the end of a step, it looks at saves alone.

`should_training_stop`, `should_epoch_stop`, `should_evaluate` and `should_log` have no effect, and
so no callback that ends a run early has one. CTRL-12 to CTRL-14, CTRL-23, CTRL-24.

Upstream: no report of it was found. PPOTrainer left trl with 1.8.
"""

from __future__ import annotations

import sys
import tempfile

import tiny
from transformers import TrainerCallback
from trl.experimental.ppo import PPOConfig, PPOTrainer


class StopAtTwo(TrainerCallback):
    seen: list[int]

    def __init__(self) -> None:
        self.seen = []

    def on_step_end(self, args, state, control, **kwargs):
        self.seen.append(state.global_step)
        if state.global_step == 2:
            control.should_training_stop = True


def main() -> int:
    callback = StopAtTwo()
    with tempfile.TemporaryDirectory() as folder:
        made = PPOConfig(
            output_dir=folder, per_device_train_batch_size=1, gradient_accumulation_steps=1,
            num_train_epochs=1, num_ppo_epochs=1, num_mini_batches=1, response_length=4,
            num_sample_generations=0, local_rollout_forward_batch_size=1, use_cpu=True,
            report_to=[], save_strategy="no", disable_tqdm=True,
        )  # fmt: skip
        data = tiny.rows(6, input_ids=[0, 1, 2, 3])
        trainer = PPOTrainer(
            args=made, processing_class=tiny.tokenizer(), model=tiny.model(),
            ref_model=tiny.model(), reward_model=tiny.model(num_labels=1),
            value_model=tiny.model(num_labels=1), train_dataset=data, eval_dataset=data,
            callbacks=[callback],
        )  # fmt: skip
        trainer.train()
    due = "no step after the one in which should_training_stop was set, 2"
    return tiny.conclude(due, f"steps {callback.seen}", callback.seen == [1, 2])


if __name__ == "__main__":
    sys.exit(main())
