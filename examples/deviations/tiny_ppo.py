"""What the scripts about trl's PPOTrainer train: `tiny`'s model, one update for each sample."""

from __future__ import annotations

from typing import Any

import tiny
from trl.experimental.ppo import PPOConfig, PPOTrainer


def trainer(folder: str, samples: int, *, callbacks: Any = (), **arguments: Any) -> PPOTrainer:
    """A PPOTrainer of `samples` samples that writes to `folder`."""
    made = PPOConfig(
        output_dir=folder,
        per_device_train_batch_size=1,
        num_train_epochs=1,
        num_ppo_epochs=1,
        num_mini_batches=1,
        response_length=4,
        num_sample_generations=0,
        local_rollout_forward_batch_size=1,
        use_cpu=True,
        report_to=[],
        save_strategy="no",
        disable_tqdm=True,
        **{"gradient_accumulation_steps": 1, **arguments},
    )
    data = tiny.rows(samples, input_ids=[0, 1, 2, 3])
    return PPOTrainer(
        args=made,
        processing_class=tiny.tokenizer(),
        model=tiny.model(),
        ref_model=tiny.model(),
        reward_model=tiny.model(num_labels=1),
        value_model=tiny.model(num_labels=1),
        train_dataset=data,
        eval_dataset=data,
        callbacks=list(callbacks),
    )
