"""Where a run stands between two updates, with all that a resumed run needs to go on from there.

The aim is that a run which was interrupted ends with the same bits as one which was not.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from .plan import Plan

if TYPE_CHECKING:
    from .arguments import TrainingArguments


def rng_state() -> dict[str, Any]:
    """The state of every random number generator, in types that load without running code."""
    name, keys, position, has_gauss, cached = np.random.get_state(legacy=True)
    states: dict[str, Any] = {
        "python": random.getstate(),
        "numpy": (name, torch.from_numpy(np.asarray(keys, "int64")), position, has_gauss, cached),
        "cpu": torch.random.get_rng_state(),
    }
    if torch.cuda.is_available():
        states["cuda"] = torch.cuda.get_rng_state()
    return states


def set_rng_state(states: dict[str, Any]) -> None:
    """Put back what `rng_state` returned."""
    random.setstate(states["python"])
    name, keys, position, has_gauss, cached = states["numpy"]
    np.random.set_state((name, keys.numpy().astype("uint32"), position, has_gauss, cached))
    torch.random.set_rng_state(states["cpu"])
    if "cuda" in states and torch.cuda.is_available():
        torch.cuda.set_rng_state(states["cuda"])


@dataclass
class Position:
    """A place between two updates, and the random numbers that lead on from it."""

    epoch: int = 0
    #: Micro-batches of that epoch that are done.
    batches: int = 0
    #: Generators when the epoch began: a shuffle that draws from them can be repeated.
    rng_epoch: dict[str, Any] | None = None
    #: Generators at this place.
    rng: dict[str, Any] | None = None


def position_after(
    saved: dict[str, Any], plan: Plan, args: TrainingArguments, step: int
) -> Position:
    """Where to go on from a checkpoint at `step` with what `rng_state.pth` holds, if anything.

    Where the loop was is stored, since an epoch that was stopped early makes it impossible to
    compute from the step. It is computed if nothing was stored, or if updates changed size. With
    another number of processes they keep it where batch size or accumulation change with it.
    """
    accumulation = args.gradient_accumulation_steps
    updates, stored_batches, stored_accumulation = saved.get("shape", (0, 0, 0))
    same_batches = (stored_batches, stored_accumulation) == (plan.batches_per_epoch, accumulation)
    same_updates = updates == plan.updates_per_epoch and (
        same_batches or saved.get("samples_per_update") == _samples_per_update(args)
    )
    if same_updates:
        epoch, batches = saved["epoch"], saved["batches"] // stored_accumulation * accumulation
    else:
        epoch, updates = divmod(step, plan.updates_per_epoch)
        batches = updates * accumulation
    if args.ignore_data_skip:
        batches = 0
    everyones = [(saved.get("rng_epoch"), saved.get("rng")), *saved.get("others", [])]
    # A process that was not there goes on with numbers of its own.
    own = everyones[args.process_index] if args.process_index < len(everyones) else (None, None)
    return Position(epoch, batches, *own)


def _samples_per_update(args: TrainingArguments) -> int:
    return args.train_batch_size * args.gradient_accumulation_steps * args.world_size


def stored_position(
    here: Position, plan: Plan, args: TrainingArguments, epoch_over: bool
) -> dict[str, Any]:
    """What `position_after` reads."""
    accumulation = args.gradient_accumulation_steps
    done = epoch_over or here.batches >= plan.batches_per_epoch
    # Batches of a step that a stop cut short were not learned from: they come again.
    whole = here.batches - here.batches % accumulation
    return {
        "epoch": here.epoch + 1 if done else here.epoch,
        "batches": 0 if done else whole,
        "shape": [
            plan.updates_per_epoch,
            plan.batches_per_epoch,
            accumulation,
        ],
        "samples_per_update": _samples_per_update(args),
        "rng_epoch": here.rng_epoch,
        "rng": rng_state(),
    }
