"""Which process gets which samples.

The processes share each global batch: with the batch size multiplied by their number, one process
alone would have the same batches, in the same order. All have equally many, since each batch is
something that they do together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sized
from itertools import cycle, islice
from typing import Any

from torch.utils.data import IterableDataset, Sampler


class Shard(Sampler[list[int]]):
    """The batches of one process: its part of each global batch.

    A last global batch that is not whole is divided as evenly as it goes. A process for which
    nothing is left gets a sample that is another's; it counts for nothing (see `weight`).
    """

    def __init__(
        self, sampler: Sampler[int], batch_size: int, rank: int, world_size: int, drop_last: bool
    ) -> None:
        if not isinstance(sampler, Sized):
            raise TypeError(f"{type(sampler).__name__} has no length, so it cannot be shared out")
        self.sampler: Any = sampler
        self.global_batch_size = batch_size * world_size
        self.rank = rank
        self.world_size = world_size
        self.drop_last = drop_last

    def set_epoch(self, epoch: int) -> None:
        """Choose the shuffle of the next iteration."""
        if hasattr(self.sampler, "set_epoch"):
            self.sampler.set_epoch(epoch)

    def _bounds(self, size: int) -> tuple[int, int]:
        return size * self.rank // self.world_size, size * (self.rank + 1) // self.world_size

    def __iter__(self) -> Iterator[list[int]]:
        order = iter(self.sampler)
        while batch := list(islice(order, self.global_batch_size)):
            if len(batch) < self.global_batch_size and self.drop_last:
                return
            start, end = self._bounds(len(batch))
            yield batch[start:end] or batch[:1]

    def __len__(self) -> int:
        whole, rest = divmod(len(self.sampler), self.global_batch_size)
        return whole + (rest > 0 and not self.drop_last)

    def samples(self, batch: int) -> tuple[int, int]:
        """Samples of the batch of that index in its epoch: this process's, and all."""
        left = len(self.sampler) - batch * self.global_batch_size
        size = max(min(left, self.global_batch_size), 0)
        start, end = self._bounds(size)
        return end - start, size

    def weight(self, batch: int) -> float:
        """By what the mean over this process's samples is multiplied, so that the mean over
        processes is the mean over all samples. 1 but for a last batch that is not whole."""
        own, size = self.samples(batch)
        return own * self.world_size / size if size else 1.0


class StreamShard(IterableDataset[Any]):
    """One process's part of a stream, which every process reads.

    A last global batch that is not whole is filled up with the first samples, or left out.
    """

    def __init__(
        self,
        dataset: Iterable[Any],
        batch_size: int,
        rank: int,
        world_size: int,
        drop_last: bool,
    ) -> None:
        self.dataset: Any = dataset
        self.batch_size = batch_size
        self.global_batch_size = batch_size * world_size
        self.rank = rank
        self.drop_last = drop_last
        self.seen = 0  # samples of the whole stream, in this process's last pass

    def set_epoch(self, epoch: int) -> None:
        """Tell the dataset, if it wants to know."""
        if hasattr(self.dataset, "set_epoch"):
            self.dataset.set_epoch(epoch)

    def __iter__(self) -> Iterator[Any]:
        samples = iter(self.dataset)
        first: list[Any] = []
        self.seen = 0
        start = self.rank * self.batch_size
        while batch := list(islice(samples, self.global_batch_size)):
            self.seen += len(batch)
            first = first or batch
            if len(batch) < self.global_batch_size:
                if self.drop_last:
                    return
                batch += islice(cycle(first), self.global_batch_size - len(batch))
            yield from batch[start : start + self.batch_size]

    def __len__(self) -> int:
        whole, rest = divmod(len(self.dataset), self.global_batch_size)
        return (whole + (rest > 0 and not self.drop_last)) * self.batch_size
