"""trl 1.7.1 PPOTrainer: `evaluate()` and `predict()`, which it inherits, raise.

They look at `_memory_tracker`, which transformers' constructor sets and PPOTrainer's does not call:
`AttributeError: 'PPOTrainer' object has no attribute '_memory_tracker'`. EVT-36, EVT-37.

Upstream: no report of it was found. PPOTrainer left trl with 1.8.
"""

from __future__ import annotations

import sys
import tempfile

import tiny
from trl.experimental.ppo import PPOConfig, PPOTrainer


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        made = PPOConfig(output_dir=folder, total_episodes=2, use_cpu=True, report_to=[])
        data = tiny.rows(2, input_ids=[0, 1, 2, 3])
        trainer = PPOTrainer(
            args=made, processing_class=tiny.tokenizer(), model=tiny.model(),
            ref_model=tiny.model(), reward_model=tiny.model(num_labels=1),
            value_model=tiny.model(num_labels=1), train_dataset=data, eval_dataset=data,
        )  # fmt: skip
        try:
            trainer.evaluate()
            got = "metrics"
        except AttributeError as error:
            got = f"{type(error).__name__}: {error}"
    return tiny.conclude("metrics of the evaluation set", got, got == "metrics")


if __name__ == "__main__":
    sys.exit(main())
