from __future__ import annotations

import sys
from typing import Any

import pytest
from torch.utils.data import DataLoader

from loopspec_reference import TrainingArguments
from loopspec_reference.plan import Plan, make_plan, num_examples


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
    assert plan(stream(3), max_steps=1).max_steps == 1
    for none in (-1, 0):
        message = "^max_steps must be positive where the data has no length$"
        with pytest.raises(ValueError, match=message):
            plan(stream(3), max_steps=none)


class Sized:
    """A loader that knows its length, and nothing of its samples."""

    def __len__(self) -> int:
        return 3


@pytest.mark.parametrize(
    ("settings", "samples"),
    [
        ({"num_train_epochs": 2}, 5 * 2),
        ({"num_train_epochs": 1.5}, 5 * 1.5),
        ({"max_steps": 7}, 7 * 2 * 3),
        ({"max_steps": 7, "num_train_epochs": 9}, 7 * 2 * 3),
    ],
)
def test_samples_are_those_of_the_epochs_or_of_the_steps(
    settings: dict[str, Any], samples: float, numbers: Any, stream: Any
) -> None:
    args = TrainingArguments(
        per_device_train_batch_size=2, gradient_accumulation_steps=3, use_cpu=True, **settings
    )
    loader: DataLoader[Any] = DataLoader(numbers(5), batch_size=2)
    assert make_plan(args, loader).num_samples == samples
    if args.max_steps > 0:
        endless: DataLoader[Any] = DataLoader(stream(5), batch_size=2)
        assert make_plan(args, endless).num_samples == samples


def test_samples_are_estimated_from_batches_where_nothing_else_tells() -> None:
    loader: Any = Sized()
    assert num_examples(loader, 4) == 12
    args = TrainingArguments(per_device_train_batch_size=4, num_train_epochs=2, use_cpu=True)
    assert make_plan(args, loader).num_samples == 24


def test_processes_train_on_samples_at_the_same_time(
    monkeypatch: pytest.MonkeyPatch, numbers: Any
) -> None:
    monkeypatch.setattr(TrainingArguments, "world_size", 4)
    assert plan(numbers(5), max_steps=3, gradient_accumulation_steps=2).num_samples == 3 * 2 * 4


def test_max_steps_of_nothing_leave_the_length_to_the_epochs(numbers: Any) -> None:
    assert plan(numbers(4), max_steps=0, num_train_epochs=2).max_steps == 8


def test_without_any_batch_each_step_is_an_epoch_of_nothing(numbers: Any) -> None:
    made = plan(numbers(0), max_steps=5)
    assert (made.updates_per_epoch, made.batches_per_epoch, made.max_steps) == (5, 0, 5)
