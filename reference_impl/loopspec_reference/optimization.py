"""Optimizer and learning rate schedule from the arguments."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR, ReduceLROnPlateau

if TYPE_CHECKING:
    from .arguments import TrainingArguments

_NO_DECAY = re.compile(r"bias|layernorm|rmsnorm|(?:^|\.)norm(?:$|\.)|_norm(?:$|\.)")


def decayed_names(module: nn.Module, prefix: str = "") -> Iterator[str]:
    """Names of the parameters that decay: all but biases and those of normalizations."""
    for name, child in module.named_children():
        if not isinstance(child, nn.LayerNorm):
            yield from decayed_names(child, f"{prefix}{name}.")
    for name in module._parameters:
        if not _NO_DECAY.search((prefix + name).lower()):
            yield prefix + name


def make_optimizer(args: TrainingArguments, model: nn.Module) -> Optimizer:
    """The optimizer that `args.optim` names, with weight decay where it belongs."""
    decayed = set(decayed_names(model))
    trained = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    groups = [
        {"params": [p for n, p in trained if n in decayed], "weight_decay": args.weight_decay},
        {"params": [p for n, p in trained if n not in decayed], "weight_decay": 0.0},
    ]
    if args.optim == "sgd":
        return torch.optim.SGD(groups, lr=args.learning_rate)
    return torch.optim.AdamW(
        groups,
        lr=args.learning_rate,
        betas=(args.adam_beta1, args.adam_beta2),
        eps=args.adam_epsilon,
        fused=args.optim == "adamw_torch_fused",
    )


def _factor(kind: str, warmup: int, total: int, step: int) -> float:
    if kind == "constant":
        return 1.0
    if step < warmup:
        return step / max(1, warmup)
    if kind == "constant_with_warmup":
        return 1.0
    if kind == "linear":
        return max(0.0, (total - step) / max(1, total - warmup))
    progress = (step - warmup) / max(1, total - warmup)
    return max(0.0, 0.5 * (1.0 + math.cos(math.pi * progress)))


def make_scheduler(args: TrainingArguments, optimizer: Optimizer, total: int) -> LambdaLR:
    """The schedule that `args.lr_scheduler_type` names, over `total` steps."""
    warmup = args.get_warmup_steps(total)
    return LambdaLR(optimizer, partial(_factor, str(args.lr_scheduler_type), warmup, total))


def waits_for_metric(scheduler: Any) -> bool:
    """Whether `scheduler` steps on an evaluation's metric and not on each training step."""
    return isinstance(scheduler, ReduceLROnPlateau)


def current_learning_rate(optimizer: Optimizer, scheduler: Any) -> float:
    """The learning rate that the next optimizer step will use."""
    if waits_for_metric(scheduler):
        return float(optimizer.param_groups[0]["lr"])
    return float(scheduler.get_last_lr()[0])
