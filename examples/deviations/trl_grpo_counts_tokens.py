"""trl GRPOTrainer: `state.num_input_tokens_seen` counts although nobody asked for it.

`include_num_input_tokens_seen` is "no"; the trainer adds the tokens of prompts and completions to
the state all the same, for the `num_tokens` that it logs. STATE-15.

Upstream: no report of it was found.
"""

from __future__ import annotations

import sys
import tempfile

import tiny
from trl import GRPOConfig, GRPOTrainer


def by_turns(completions, **kwargs):
    return [float(number % 2) for number, _ in enumerate(completions)]


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        made = GRPOConfig(
            output_dir=folder, per_device_train_batch_size=2, num_generations=2,
            max_completion_length=4, max_steps=1, use_cpu=True, report_to=[], save_strategy="no",
            include_num_input_tokens_seen="no",
        )  # fmt: skip
        trainer = GRPOTrainer(
            model=tiny.model(), reward_funcs=by_turns, args=made,
            train_dataset=tiny.rows(2, prompt="w0 w1 w2 w3"), processing_class=tiny.tokenizer(),
        )  # fmt: skip
        trainer.train()
        seen = trainer.state.num_input_tokens_seen
    return tiny.conclude("0 tokens counted", f"{seen} tokens counted", seen == 0)


if __name__ == "__main__":
    sys.exit(main())
