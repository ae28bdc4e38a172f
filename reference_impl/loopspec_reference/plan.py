"""How far a training run goes, counted before it begins."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from torch.utils.data import DataLoader

from .data import has_length
from .sharding import StreamShard

if TYPE_CHECKING:
    from .arguments import TrainingArguments


@dataclass(frozen=True)
class Plan:
    """The extent of a training run."""

    num_train_epochs: int
    #: Optimizer updates in a whole epoch, the short last one included.
    updates_per_epoch: int
    #: Micro-batches in a whole epoch; where that is unknown, those of the whole run.
    batches_per_epoch: int
    max_steps: int
    num_samples: float

    def batches_in_update(self, update: int, accumulation: int) -> int:
        """Micro-batches of the update with that index in its epoch."""
        if update < self.updates_per_epoch - 1:
            return accumulation
        return self.batches_per_epoch % accumulation or accumulation


def make_plan(args: TrainingArguments, loader: DataLoader[Any]) -> Plan:
    """How far to train. Raises ValueError if neither max_steps nor the data tells."""
    accumulation = args.gradient_accumulation_steps
    total_batch_size = args.train_batch_size * accumulation * args.world_size
    if not has_length(loader) or len(loader) == 0:
        if args.max_steps <= 0:
            raise ValueError("max_steps must be positive where the data has no length")
        batches = args.max_steps * accumulation if not has_length(loader) else 0
        samples: float = args.max_steps * total_batch_size
        return Plan(sys.maxsize, args.max_steps, batches, args.max_steps, samples)
    batches = len(loader)
    updates = max(math.ceil(batches / accumulation), 1)
    if args.max_steps > 0:
        epochs = math.ceil(args.max_steps / updates)
        return Plan(epochs, updates, batches, args.max_steps, args.max_steps * total_batch_size)
    samples = num_examples(loader, args.train_batch_size) * args.num_train_epochs
    steps = math.ceil(args.num_train_epochs * updates)
    return Plan(math.ceil(args.num_train_epochs), updates, batches, steps, samples)


def num_examples(loader: DataLoader[Any], batch_size: int) -> int:
    """Samples in a loader, estimated from its batches where the dataset does not tell."""
    dataset = getattr(loader, "dataset", None)
    if isinstance(dataset, StreamShard):
        dataset = dataset.dataset
    return len(dataset) if has_length(dataset) else len(loader) * batch_size
