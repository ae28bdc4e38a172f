from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from loopspec_reference import TrainingArguments
from loopspec_reference.optimization import (
    current_learning_rate,
    decayed_names,
    make_optimizer,
    make_scheduler,
)


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(2, 2)
        self.layers = nn.Sequential(nn.Linear(2, 2), nn.LayerNorm(2))
        self.input_norm = nn.Linear(2, 2)
        self.scale = nn.Parameter(torch.ones(2))


def test_weights_decay_but_biases_and_normalizations_do_not() -> None:
    assert sorted(decayed_names(Block())) == ["layers.0.weight", "linear.weight", "scale"]


def test_the_same_parameters_decay_in_transformers() -> None:
    trainer = pytest.importorskip("transformers.trainer")
    theirs = trainer.Trainer.get_decay_parameter_names(None, Block())
    assert sorted(decayed_names(Block())) == sorted(theirs)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("adamw_torch", torch.optim.AdamW),
        ("adamw_torch_fused", torch.optim.AdamW),
        ("sgd", torch.optim.SGD),
    ],
)
def test_optimizers_by_name(name: str, kind: type) -> None:
    model = Block()
    model.linear.weight.requires_grad_(False)
    optimizer = make_optimizer(TrainingArguments(optim=name, weight_decay=0.1), model)
    assert type(optimizer) is kind
    assert [len(group["params"]) for group in optimizer.param_groups] == [2, 6]
    assert [group["weight_decay"] for group in optimizer.param_groups] == [0.1, 0.0]


@pytest.mark.parametrize("kind", ["linear", "cosine", "constant", "constant_with_warmup"])
@pytest.mark.parametrize("warmup", [0, 3])
def test_schedules_are_those_of_transformers(kind: str, warmup: int) -> None:
    transformers = pytest.importorskip("transformers")

    def rates(make: Any) -> list[float]:
        optimizer = torch.optim.SGD(nn.Linear(1, 1).parameters(), lr=0.1)
        scheduler = make(optimizer)
        found = []
        for _ in range(11):
            found.append(current_learning_rate(optimizer, scheduler))
            optimizer.step()
            scheduler.step()
        return found

    args = TrainingArguments(lr_scheduler_type=kind, warmup_steps=warmup)
    ours = rates(lambda optimizer: make_scheduler(args, optimizer, 10))
    theirs = rates(
        lambda optimizer: transformers.get_scheduler(
            kind, optimizer, num_warmup_steps=warmup, num_training_steps=10
        )
    )
    assert ours == theirs
