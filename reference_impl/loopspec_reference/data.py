"""Batches: how samples are ordered, loaded, moved and skipped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sized
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeGuard

import torch
from torch.utils.data import DataLoader, IterableDataset, Sampler, SequentialSampler

from .collate import Collator
from .sharding import Shard, StreamShard

if TYPE_CHECKING:
    from .arguments import TrainingArguments


def has_length(obj: Any) -> TypeGuard[Sized]:
    """Whether `len(obj)` works; a loader has the method also over a dataset without length."""
    try:
        return len(obj) is not None
    except TypeError:
        return False


class EpochSampler(Sampler[int]):
    """A shuffle that depends on the seed and the epoch alone, so that a resume can repeat it."""

    def __init__(self, dataset: Sized, seed: int) -> None:
        self.dataset = dataset
        self.seed = seed
        self.epoch = 0
        self.skip = 0  # samples left out by the next iteration only

    def set_epoch(self, epoch: int) -> None:
        """Choose the shuffle of the next iteration."""
        self.epoch, self.skip = epoch, 0

    def __iter__(self) -> Iterator[int]:
        generator = torch.Generator().manual_seed(self.seed + self.epoch)
        order = torch.randperm(len(self.dataset), generator=generator).tolist()
        start, self.skip = self.skip, 0
        self.epoch += 1
        return iter(order[start:])

    def __len__(self) -> int:
        return len(self.dataset)


def make_dataloader(
    args: TrainingArguments, dataset: Any, batch_size: int, collate: Collator, shuffle: bool
) -> DataLoader[Any]:
    """A loader over `dataset`; an iterable or unsized one keeps its own order."""
    is_stream = isinstance(dataset, IterableDataset) or not has_length(dataset)
    sampler: Sampler[int] | None = None
    if shuffle and not is_stream:
        sampler = EpochSampler(dataset, args.seed if args.data_seed is None else args.data_seed)
    portions: dict[str, Any] = {
        "batch_size": batch_size,
        "sampler": sampler,
        "drop_last": args.dataloader_drop_last and not isinstance(dataset, IterableDataset),
    }
    if args.world_size > 1:
        share = (batch_size, args.process_index, args.world_size, args.dataloader_drop_last)
        if is_stream:
            dataset = StreamShard(dataset, *share)
        else:
            portions = {"batch_sampler": Shard(sampler or SequentialSampler(dataset), *share)}
    return DataLoader(
        dataset,
        **portions,
        collate_fn=collate,
        num_workers=args.dataloader_num_workers,
        pin_memory=args.dataloader_pin_memory and args.device.type == "cuda",
        # Its own generator: an evaluation must not move the random numbers of training.
        generator=torch.Generator().manual_seed(args.seed),
    )


def to_device(data: Any, device: torch.device) -> Any:
    """`data` with every tensor in it on `device`."""
    if isinstance(data, torch.Tensor):
        # Without waiting: where the source is pinned memory, the copy is ordered with its use.
        return data.to(device, non_blocking=True)
    if isinstance(data, Mapping):
        return type(data)({k: to_device(v, device) for k, v in data.items()})  # type: ignore[call-arg]
    if isinstance(data, (tuple, list)):
        return type(data)(to_device(v, device) for v in data)
    return data


def find_batch_size(data: Any) -> int | None:
    """First dimension of the first tensor in `data`, or None."""
    if isinstance(data, Mapping):
        data = list(data.values())
    if isinstance(data, (list, tuple)):
        return next((size for part in data if (size := find_batch_size(part)) is not None), None)
    return data.shape[0] if getattr(data, "shape", ()) else None


def set_epoch(loader: DataLoader[Any], epoch: int) -> None:
    """Tell the loader and its parts, those that want to know, which epoch comes."""
    names = ("sampler", "batch_sampler", "dataset")
    parts: list[Any] = [loader, *(getattr(loader, name, None) for name in names)]
    for part in parts:
        if hasattr(part, "set_epoch"):
            part.set_epoch(epoch)


def iterate_from(loader: DataLoader[Any], batches: int) -> Iterator[Any]:
    """An iterator over `loader` without its first `batches`."""
    sampler, size = getattr(loader, "sampler", None), loader.batch_size
    if isinstance(loader.batch_sampler, Shard):
        sampler, size = loader.batch_sampler.sampler, loader.batch_sampler.global_batch_size
    if isinstance(sampler, EpochSampler) and size and batches:
        sampler.skip = batches * size
        return iter(loader)
    # Any other loader has to be run, because nothing is known about its order.
    iterator = iter(loader)
    for _ in islice(iterator, batches):
        pass
    return iterator
