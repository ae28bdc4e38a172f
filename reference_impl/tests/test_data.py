from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch.utils.data import DataLoader

from loopspec_reference import TrainingArguments, default_data_collator
from loopspec_reference.data import (
    EpochSampler,
    find_batch_size,
    has_length,
    iterate_from,
    make_dataloader,
    set_epoch,
    to_device,
)


def first_values(batches: Any) -> list[float]:
    return [float(batch["x"][0, 0]) for batch in batches]


@pytest.fixture
def loader(arguments: Callable[..., TrainingArguments], numbers: Any) -> DataLoader[Any]:
    return make_dataloader(arguments(), numbers(7), 2, default_data_collator, shuffle=True)


def test_the_shuffle_depends_on_seed_and_epoch_alone(loader: DataLoader[Any]) -> None:
    orders = []
    for epoch in (0, 1, 0):
        set_epoch(loader, epoch)
        torch.rand(epoch + 1)
        orders.append(first_values(loader))
    assert orders[0] == orders[2] != orders[1]
    assert list(EpochSampler(range(5), 1)) != list(EpochSampler(range(5), 2))


def test_the_shuffle_is_that_of_transformers(numbers: Any) -> None:
    accelerate = pytest.importorskip("accelerate.data_loader")
    theirs = accelerate.SeedableRandomSampler(numbers(9), data_seed=3)
    ours = EpochSampler(numbers(9), 3)
    assert [list(ours), list(ours)] == [list(theirs), list(theirs)]


def test_iterating_moves_no_random_numbers(loader: DataLoader[Any]) -> None:
    before = torch.random.get_rng_state()
    list(loader)
    assert torch.equal(before, torch.random.get_rng_state())


def test_skipping_goes_on_where_the_batches_left_off(loader: DataLoader[Any]) -> None:
    set_epoch(loader, 0)
    whole = first_values(loader)
    set_epoch(loader, 0)
    assert first_values(iterate_from(loader, 2)) == whole[2:]
    set_epoch(loader, 0)
    assert first_values(loader) == whole


def test_any_other_loader_is_skipped_by_running_it(numbers: Any) -> None:
    loader: DataLoader[Any] = DataLoader(numbers(5), batch_size=1)
    assert first_values(iterate_from(loader, 2)) == first_values(loader)[2:]


def test_an_iterable_keeps_its_order_and_has_no_length(
    arguments: Callable[..., TrainingArguments], stream: Any
) -> None:
    args = arguments(dataloader_drop_last=True)
    loader = make_dataloader(args, stream(3), 1, default_data_collator, shuffle=True)
    assert not has_length(loader)
    assert len(list(loader)) == 3


def test_tensors_are_moved_wherever_they_are() -> None:
    device = torch.device("meta")
    moved = to_device({"a": torch.zeros(1), "b": [torch.zeros(1)], "c": "text"}, device)
    assert (moved["a"].device, moved["b"][0].device, moved["c"]) == (device, device, "text")


def test_the_batch_size_is_that_of_the_first_tensor() -> None:
    assert find_batch_size({"text": "t", "x": [torch.zeros(3, 2)]}) == 3
    assert find_batch_size([torch.tensor(1)]) is None
