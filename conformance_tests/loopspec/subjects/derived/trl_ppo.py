"""trl's `PPOTrainer`, whose loop is its own; it is in trl up to 1.7."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from loopspec.scenario import Scenario
from loopspec.subjects.base import Subject
from loopspec.subjects.derived import tiny_lm
from loopspec.subjects.derived.trl import TrlSubject
from loopspec.vocabulary import Capability

_LACKING = frozenset({Capability.RESUME, Capability.CALLBACK_STATES})
"""Its `train` takes no checkpoint to go on from."""


class _Ppo(TrlSubject):
    """A step takes the samples of a whole group, and makes one update of them: episodes are
    counted where others count batches."""

    row = {"input_ids": [0, 1, 2, 3]}

    def make_arguments(self, scenario: Scenario, folder: Path) -> Any:
        if scenario.max_steps > 0:
            group = scenario.gradient_accumulation_steps
            self._arguments["total_episodes"] = scenario.max_steps * group
        else:
            self._arguments["total_episodes"] = None
        return super().make_arguments(scenario, folder)

    def make_keywords(
        self, scenario: Scenario, callbacks: list[Any], folder: Path
    ) -> dict[str, Any]:
        made = super().make_keywords(scenario, callbacks, folder)
        return made | {
            "ref_model": tiny_lm.make_model(),
            "reward_model": tiny_lm.make_model(1),
            "value_model": tiny_lm.make_model(1),
        }


def ppo() -> Subject:
    """trl's experimental PPOTrainer."""
    from trl.experimental.ppo import PPOConfig, PPOTrainer

    more = {
        "num_ppo_epochs": 1,
        "num_mini_batches": 1,
        "response_length": 2,
        "num_sample_generations": 0,
        "local_rollout_forward_batch_size": 1,
    }
    made = _Ppo(PPOTrainer, PPOConfig, "trl-ppo", **more)
    made.capabilities -= _LACKING
    return made
