"""The choices that arguments offer, as enums that compare equal to their strings."""

from __future__ import annotations

from enum import StrEnum


class Choice(StrEnum):
    """A string enum whose error names the choices there are."""

    @classmethod
    def _missing_(cls, value: object) -> None:
        raise ValueError(
            f"{value!r} is not a valid {cls.__name__}, please select one of "
            f"{[choice.value for choice in cls]}"
        )


class IntervalStrategy(Choice):
    """When to log or evaluate."""

    NO = "no"
    STEPS = "steps"
    EPOCH = "epoch"


class SaveStrategy(Choice):
    """When to save a checkpoint."""

    NO = "no"
    STEPS = "steps"
    EPOCH = "epoch"
    BEST = "best"


class SchedulerType(Choice):
    """How the learning rate moves."""

    LINEAR = "linear"
    COSINE = "cosine"
    CONSTANT = "constant"
    CONSTANT_WITH_WARMUP = "constant_with_warmup"


class OptimizerNames(Choice):
    """Which optimizer updates the weights."""

    ADAMW_TORCH = "adamw_torch"
    ADAMW_TORCH_FUSED = "adamw_torch_fused"
    SGD = "sgd"
