from __future__ import annotations

import sys
from typing import Any

import pytest
from torch.utils.data import DataLoader

from loopspec_reference import TrainingArguments
from loopspec_reference.plan import Plan, make_plan


def plan(dataset: Any, **settings: Any) -> Plan:
    args = TrainingArguments(per_device_train_batch_size=1, **settings)
    loader: DataLoader[Any] = DataLoader(dataset, batch_size=1)
    return make_plan(args, loader)


@pytest.mark.parametrize(
    ("n", "settings", "expected"),
    [
        (4, {"num_train_epochs": 2}, (2, 4, 8)),
        (5, {"num_train_epochs": 2, "gradient_accumulation_steps": 3}, (2, 2, 4)),
        (3, {"num_train_epochs": 2, "gradient_accumulation_steps": 4}, (2, 1, 2)),
        (4, {"num_train_epochs": 1.5}, (2, 4, 6)),
        (4, {"num_train_epochs": 0}, (0, 4, 0)),
        (4, {"max_steps": 6, "num_train_epochs": 1}, (2, 4, 6)),
    ],
)
def test_epochs_updates_and_steps(
    n: int, settings: dict[str, Any], expected: tuple[int, int, int], numbers: Any
) -> None:
    made = plan(numbers(n), **settings)
    assert (made.num_train_epochs, made.updates_per_epoch, made.max_steps) == expected


def test_the_last_update_of_an_epoch_may_be_short(numbers: Any) -> None:
    made = plan(numbers(5), gradient_accumulation_steps=3)
    assert [made.batches_in_update(update, 3) for update in range(2)] == [3, 2]
    made = plan(numbers(6), gradient_accumulation_steps=3)
    assert [made.batches_in_update(update, 3) for update in range(2)] == [3, 3]


def test_without_a_length_max_steps_is_the_measure(stream: Any) -> None:
    made = plan(stream(3), max_steps=5, gradient_accumulation_steps=2)
    assert (made.num_train_epochs, made.batches_per_epoch) == (sys.maxsize, 10)
    with pytest.raises(ValueError, match="max_steps must be positive"):
        plan(stream(3))
