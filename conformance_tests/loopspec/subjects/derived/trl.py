"""trl's trainers that have transformers' loop."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from loopspec.scenario import Scenario
from loopspec.subjects.base import Subject
from loopspec.subjects.derived import tiny_lm
from loopspec.subjects.derived.scripting import DerivedSubject


class TrlSubject(DerivedSubject):
    """A trainer of trl: with a language model, its tokenizer, and samples that are all alike.

    Attributes:
        row: one sample of its data set.
        each: how many samples a batch needs.
        labels: the classes of its model; None for a language model.
    """

    row: dict[str, Any]
    each: int = 1
    labels: int | None = None

    def __init__(self, trainer: type, arguments: type, name: str, **settings: Any) -> None:
        sizes = ("per_device_train_batch_size", "per_device_eval_batch_size")
        wanted = {"optim": "sgd", **dict.fromkeys(sizes, self.each), **settings}
        super().__init__(trainer, "trl", name=name, arguments_class=arguments, arguments=wanted)

    def make_model(self, scenario: Scenario) -> Any:
        return tiny_lm.make_model(self.labels)

    def make_dataset(self, scenario: Scenario, batches: int) -> Any:
        return tiny_lm.make_rows(self.row, batches * self.each)

    def make_keywords(
        self, scenario: Scenario, callbacks: list[Any], folder: Path
    ) -> dict[str, Any]:
        made = super().make_keywords(scenario, callbacks, folder)
        return made | {"processing_class": tiny_lm.make_tokenizer()}


class _Sft(TrlSubject):
    row = {"input_ids": [0, 1, 2, 3]}


class _Preferences(TrlSubject):
    """Texts, and the numbers that the trainer makes of them, as `predict()` takes no texts."""

    row = {
        **{"prompt": "w0 w1", "chosen": " w2 w3", "rejected": " w4 w5"},
        **{"prompt_ids": [0, 1], "chosen_ids": [2, 3, 65], "rejected_ids": [4, 5, 65]},
    }


class _Cpo(_Preferences):
    row = {
        **{name: _Preferences.row[name] for name in ("prompt", "chosen", "rejected")},
        **{"prompt_input_ids": [67, 0, 1], "prompt_attention_mask": [1] * 3},
        **{"chosen_input_ids": [67, 0, 1, 2, 3, 65], "chosen_attention_mask": [1] * 6},
        **{"rejected_input_ids": [67, 0, 1, 4, 5, 65], "rejected_attention_mask": [1] * 6},
        **{"chosen_labels": [*[-100] * 3, 2, 3, 65], "rejected_labels": [*[-100] * 3, 4, 5, 65]},
    }


class _WithReference(_Preferences):
    def make_keywords(
        self, scenario: Scenario, callbacks: list[Any], folder: Path
    ) -> dict[str, Any]:
        made = super().make_keywords(scenario, callbacks, folder)
        return made | {"ref_model": tiny_lm.make_model()}


class _Reward(TrlSubject):
    row = {"chosen_ids": [0, 1, 2, 3], "rejected_ids": [0, 1, 4, 5]}
    labels = 1


class _Kto(_WithReference):
    row = {
        **{"prompt": "w0 w1", "completion": " w2 w3", "label": True},
        **{"prompt_ids": [0, 1], "completion_ids": [2, 3, 65], "KL_completion_ids": [2, 3, 65]},
    }
    each = 2  # its estimate of the divergence needs others in the batch


class _Prompts(TrlSubject):
    row = {"prompt": tiny_lm.TEXT}

    def make_keywords(
        self, scenario: Scenario, callbacks: list[Any], folder: Path
    ) -> dict[str, Any]:
        made = super().make_keywords(scenario, callbacks, folder)
        return made | {"reward_funcs": _reward_by_turns}


class _Grpo(_Prompts):
    """Two completions of one prompt are a batch, so that a prompt makes one."""

    def __init__(self, trainer: type, arguments: type, name: str) -> None:
        sizes = ("per_device_train_batch_size", "per_device_eval_batch_size", "num_generations")
        more = {**dict.fromkeys(sizes, 2), "max_completion_length": 4, "steps_per_generation": 1}
        super().__init__(trainer, arguments, name, **more)


class _OnlineDpo(_Prompts):
    def make_keywords(
        self, scenario: Scenario, callbacks: list[Any], folder: Path
    ) -> dict[str, Any]:
        made = super().make_keywords(scenario, callbacks, folder)
        return made | {
            "ref_model": tiny_lm.make_model(),
            "reward_processing_classes": tiny_lm.make_tokenizer(),
        }

    def make_trainer(self, scenario: Scenario, callbacks: list[Any], folder: Path) -> Any:
        import torch

        trainer = super().make_trainer(scenario, callbacks, folder)
        step, passes = trainer.training_step, 0

        def training_step(*args: Any, **kwargs: Any) -> Any:
            # Its loss is computed here, and divided by the length of a whole group.
            nonlocal passes
            passes += 1
            found = step(*args, **kwargs)
            return torch.full_like(found, passes / trainer.args.gradient_accumulation_steps)

        trainer.training_step = training_step
        return trainer


def _reward_by_turns(completions: list[str], **_: Any) -> list[float]:
    """Completions that are all worth the same would give no gradient."""
    return [float(number % 2) for number, _ in enumerate(completions)]


def sft() -> Subject:
    """trl's SFTTrainer."""
    from trl import SFTConfig, SFTTrainer

    return _Sft(SFTTrainer, SFTConfig, "trl-sft", max_length=16)


def dpo() -> Subject:
    """trl's DPOTrainer."""
    from trl import DPOConfig, DPOTrainer

    return _WithReference(DPOTrainer, DPOConfig, "trl-dpo")


def reward() -> Subject:
    """trl's RewardTrainer."""
    from trl import RewardConfig, RewardTrainer

    return _Reward(RewardTrainer, RewardConfig, "trl-reward")


def kto() -> Subject:
    """trl's KTOTrainer."""
    from trl import KTOConfig, KTOTrainer

    return _Kto(KTOTrainer, KTOConfig, "trl-kto")


def grpo() -> Subject:
    """trl's GRPOTrainer."""
    from trl import GRPOConfig, GRPOTrainer

    return _Grpo(GRPOTrainer, GRPOConfig, "trl-grpo")


def cpo() -> Subject:
    """trl's experimental CPOTrainer, with an evaluation loop of its own."""
    from trl.experimental.cpo import CPOConfig, CPOTrainer

    return _Cpo(CPOTrainer, CPOConfig, "trl-cpo", max_length=16)


def online_dpo() -> Subject:
    """trl's experimental OnlineDPOTrainer, with its own copy of what comes after a step."""
    from trl.experimental.online_dpo import OnlineDPOConfig, OnlineDPOTrainer

    more = {"max_new_tokens": 4, "max_length": 32, "missing_eos_penalty": None}
    return _OnlineDpo(OnlineDPOTrainer, OnlineDPOConfig, "trl-online-dpo", **more)
