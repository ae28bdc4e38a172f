"""What an evaluation finds out batch by batch, put together: of all batches and all processes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

import torch
from torch.utils.data import DataLoader

from . import distributed
from .data import to_device
from .sharding import Shard, StreamShard

#: Fills up sequences of different lengths; the value that losses ignore.
PADDING = -100


class Part(NamedTuple):
    """One batch: how many samples, the loss of each, and tensors with the samples first."""

    size: int
    losses: torch.Tensor | None
    logits: Any
    labels: Any
    inputs: Any


def gathered(parts: list[Part], loader: DataLoader[Any]) -> list[Part]:
    """The batches of all processes, in the order of the dataset; samples that only fill up are
    left out. Tensors are on the cpu then."""
    if distributed.world_size() == 1:
        return parts
    shard = getattr(loader, "batch_sampler", None)
    if isinstance(shard, Shard):
        parts = [part for index, part in enumerate(parts) if shard.samples(index)[0]]
    cpu = torch.device("cpu")
    moved = [Part(part.size, *(to_device(value, cpu) for value in part[1:])) for part in parts]
    everywhere = distributed.gather(moved)
    longest = max(len(own) for own in everywhere)
    in_order = chain.from_iterable(
        [own[index] for own in everywhere if index < len(own)] for index in range(longest)
    )
    stream = getattr(loader, "dataset", None)
    seen = stream.seen if isinstance(stream, StreamShard) else 0
    return _first(list(in_order), seen) if seen else list(in_order)


def _first(parts: list[Part], samples: int) -> list[Part]:
    kept = []
    for part in parts:
        if part.size > samples:
            part = Part(samples, *(_cut(value, part.size, samples) for value in part[1:]))
        if part.size:
            kept.append(part)
        samples -= part.size
    return kept


def _cut(value: Any, size: int, samples: int) -> Any:
    if isinstance(value, Mapping):
        return {key: _cut(item, size, samples) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return type(value)(_cut(item, size, samples) for item in value)
    is_for_each = isinstance(value, torch.Tensor) and value.dim() > 0 and len(value) == size
    return value[:samples] if is_for_each else value


def concatenate(parts: Sequence[Any]) -> Any:
    """The batches' tensors as one numpy array, the same within tuples and dicts; None if empty.

    Where second dimensions differ, shorter ones are filled up with -100 on the right.
    """
    if not parts:
        return None
    first = parts[0]
    if isinstance(first, Mapping):
        return {key: concatenate([part[key] for part in parts]) for key in first}
    if isinstance(first, (tuple, list)):
        return type(first)(concatenate(column) for column in zip(*parts, strict=True))
    tensors = [part.detach() for part in parts]
    tensors = [tensor.reshape(1) if tensor.dim() == 0 else tensor for tensor in tensors]
    if tensors[0].dim() > 1:
        width = max(tensor.shape[1] for tensor in tensors)
        tensors = [_padded(tensor, width) for tensor in tensors]
    return torch.cat(tensors).cpu().numpy()


def _padded(tensor: torch.Tensor, width: int) -> torch.Tensor:
    if tensor.shape[1] == width:
        return tensor
    result = tensor.new_full((tensor.shape[0], width, *tensor.shape[2:]), PADDING)
    result[:, : tensor.shape[1]] = tensor
    return result
