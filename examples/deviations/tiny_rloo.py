"""What the scripts about trl's RLOOTrainer train: `tiny`'s model, one update for each sample."""

from __future__ import annotations

from typing import Any

import tiny
from trl import RLOOConfig, RLOOTrainer


def by_turns(texts: list[str]) -> list[float]:
    return [float(number % 2) for number, _ in enumerate(texts)]


def trainer(folder: str, samples: int, *, callbacks: Any = (), **arguments: Any) -> RLOOTrainer:
    """A RLOOTrainer that makes an update for each of `samples` samples, and writes to `folder`."""
    made = RLOOConfig(
        output_dir=folder,
        per_device_train_batch_size=2,
        rloo_k=2,
        total_episodes=2 * samples,
        num_ppo_epochs=1,
        num_mini_batches=1,
        response_length=2,
        num_sample_generations=0,
        local_rollout_forward_batch_size=1,
        gradient_accumulation_steps=1,
        use_cpu=True,
        report_to=[],
        save_strategy="no",
        disable_tqdm=True,
        **arguments,
    )
    data = tiny.rows(samples, input_ids=[0, 1, 2, 3])
    return RLOOTrainer(
        config=made,
        processing_class=tiny.tokenizer(),
        policy=tiny.model(),
        ref_policy=tiny.model(),
        reward_model=by_turns,
        train_dataset=data,
        eval_dataset=data,
        callbacks=list(callbacks),
    )
