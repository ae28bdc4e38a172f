from __future__ import annotations

from typing import Any

import pytest
from torch.utils.data import IterableDataset, Sampler, SequentialSampler

from loopspec_reference.data import EpochSampler
from loopspec_reference.sharding import Shard, StreamShard


def shards(n: int, size: int, world: int, drop: bool = False, seed: int | None = None) -> list[Any]:
    def sampler() -> Sampler[int]:
        return SequentialSampler(range(n)) if seed is None else EpochSampler(range(n), seed)

    return [Shard(sampler(), size, rank, world, drop) for rank in range(world)]


@pytest.mark.parametrize("n", range(1, 26))
@pytest.mark.parametrize("world", [1, 2, 3, 4])
def test_together_they_have_the_global_batches(n: int, world: int) -> None:
    parts = shards(n, 3, world, seed=7)
    order = list(EpochSampler(range(n), 7))
    each = [list(part) for part in parts]
    assert len({len(batches) for batches in each} | {len(part) for part in parts}) == 1
    for index in range(len(parts[0])):
        own = [part.samples(index)[0] for part in parts]
        found = [i for rank, k in enumerate(own) for i in each[rank][index][:k]]
        assert found == order[index * 3 * world : (index + 1) * 3 * world]
        assert all(batches[index] for batches in each)
        assert max(own) - min(own) <= 1
        assert sum(part.weight(index) for part in parts) == pytest.approx(world)


def test_weights_are_by_samples_and_one_for_a_whole_batch() -> None:
    parts = shards(7, 2, 2)
    assert [[part.weight(i) for i in range(2)] for part in parts] == [
        [1.0, pytest.approx(2 / 3)],
        [1.0, pytest.approx(4 / 3)],
    ]
    assert [part.weight(0) for part in shards(1, 2, 3)] == [0.0, 0.0, 3.0]
    assert shards(4, 2, 2)[0].weight(9) == 1.0


def test_a_last_batch_that_is_not_whole_can_be_left_out() -> None:
    for part in shards(7, 2, 2, drop=True):
        assert len(list(part)) == len(part) == 1


def test_the_epoch_is_handed_on() -> None:
    part = shards(9, 2, 2, seed=1)[0]
    part.set_epoch(3)
    assert part.sampler.epoch == 3
    shards(9, 2, 2)[0].set_epoch(3)


def test_a_sampler_without_a_length_cannot_be_shared_out() -> None:
    class Endless(Sampler[int]):
        def __iter__(self) -> Any:
            return iter(int, 1)

    with pytest.raises(TypeError, match="Endless has no length"):
        Shard(Endless(), 2, 0, 2, False)


class Stream(IterableDataset[int]):
    epoch = 0

    def __iter__(self) -> Any:
        return iter(range(5))

    def set_epoch(self, epoch: int) -> None:
        self.epoch = epoch


class Sized(Stream):
    def __len__(self) -> int:
        return 5


def test_a_stream_is_filled_up_with_its_first_samples() -> None:
    parts = [StreamShard(Stream(), 2, rank, 2, False) for rank in range(2)]
    assert [list(part) for part in parts] == [[0, 1, 4, 0], [2, 3, 1, 2]]
    assert [part.seen for part in parts] == [5, 5]
    with pytest.raises(TypeError):
        len(parts[0])
    assert len(StreamShard(Sized(), 2, 0, 2, False)) == 4
    parts[0].set_epoch(4)
    assert parts[0].dataset.epoch == 4
    StreamShard([1], 2, 0, 2, False).set_epoch(4)


def test_or_its_end_is_left_out() -> None:
    parts = [StreamShard(Sized(), 2, rank, 2, True) for rank in range(2)]
    assert [list(part) for part in parts] == [[0, 1], [2, 3]]
    assert len(parts[0]) == 2
