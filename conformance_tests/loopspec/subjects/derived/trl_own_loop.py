"""trl's trainers whose loop is their own: `PPOTrainer`, in trl up to 1.7, and `RLOOTrainer`, which
has had transformers' loop since 0.22. They call transformers' callbacks themselves."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from loopspec.faults import SubjectFault
from loopspec.scenario import Scenario
from loopspec.subjects.base import Subject
from loopspec.subjects.derived import tiny_lm
from loopspec.subjects.derived.trl import TrlSubject
from loopspec.vocabulary import Capability

_LACKING = frozenset({Capability.RESUME, Capability.CALLBACK_STATES})
"""Their `train` takes no checkpoint to go on from."""

_SMALL = {
    "num_ppo_epochs": 1,
    "num_mini_batches": 1,
    "response_length": 2,
    "num_sample_generations": 0,
    "local_rollout_forward_batch_size": 1,
}


class _OwnLoop(TrlSubject):
    """A step takes the samples of a whole group, and makes one update of them: episodes are
    counted where others count batches.

    Attributes:
        episodes: how many a sample makes.
    """

    row = {"input_ids": [0, 1, 2, 3]}
    episodes: int = 1

    def __init__(self, trainer: type, arguments: type, name: str, **settings: Any) -> None:
        super().__init__(trainer, arguments, name, **_SMALL, **settings)
        self.capabilities -= _LACKING

    def make_arguments(self, scenario: Scenario, folder: Path) -> Any:
        samples = scenario.num_train_epochs * scenario.train_batches
        if scenario.max_steps > 0:
            samples = scenario.max_steps * scenario.gradient_accumulation_steps
        self._arguments["total_episodes"] = int(samples * self.episodes)
        return super().make_arguments(scenario, folder)


class _Ppo(_OwnLoop):
    def make_keywords(
        self, scenario: Scenario, callbacks: list[Any], folder: Path
    ) -> dict[str, Any]:
        made = super().make_keywords(scenario, callbacks, folder)
        return made | {
            "ref_model": tiny_lm.make_model(),
            "reward_model": tiny_lm.make_model(1),
            "value_model": tiny_lm.make_model(1),
        }


class _Rloo(_OwnLoop):
    """Two answers to one prompt are a micro-batch."""

    episodes = 2

    def make_keywords(
        self, scenario: Scenario, callbacks: list[Any], folder: Path
    ) -> dict[str, Any]:
        made = super().make_keywords(scenario, callbacks, folder)
        made |= {"config": made.pop("args"), "policy": made.pop("model")}
        return made | {"ref_policy": tiny_lm.make_model(), "reward_model": _by_turns}


def _by_turns(texts: list[str]) -> list[float]:
    return [float(number % 2) for number, _ in enumerate(texts)]


def ppo() -> Subject:
    """trl's experimental PPOTrainer.

    Raises:
        SubjectFault: this trl does not have it.
    """
    if not find_spec("trl") or not find_spec("trl.experimental.ppo"):
        raise SubjectFault(_gone("trl-ppo", "PPOTrainer", "1.7.1"))
    from trl.experimental.ppo import PPOConfig, PPOTrainer

    return _Ppo(PPOTrainer, PPOConfig, "trl-ppo")


def rloo() -> Subject:
    """trl's RLOOTrainer, of the time when its loop was its own.

    Raises:
        SubjectFault: that of this trl is another one.
    """
    if not find_spec("trl") or not find_spec("trl.trainer.ppo_trainer"):
        raise SubjectFault(_gone("trl-rloo", "an RLOOTrainer with its own loop", "0.21.0"))
    from trl import RLOOConfig, RLOOTrainer

    more = {"rloo_k": 2, "per_device_train_batch_size": 2}
    return _Rloo(RLOOTrainer, RLOOConfig, "trl-rloo", **more)


def _gone(name: str, what: str, last: str) -> str:
    return (
        f"{name}: there is no trl that has {what}; {last} is the last one. Install it: "
        f"pip install 'loopspec[{name}]'."
    )
