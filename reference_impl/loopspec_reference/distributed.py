"""The other processes of a run: who is there, and what all of them do together.

Everything here is what one process makes of it where there is one alone: nothing. Which processes
there are is said by the environment, as `torchrun` sets it, or by a process group that is there.

What steers the loop goes by way of the hosts (gloo), also where gradients go from device to device:
to read a number that is on a device, a host would have to wait for all that the device has to do.
"""

from __future__ import annotations

import atexit
import contextlib
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any, TypeVar

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

T = TypeVar("T")

_NOTHING = contextlib.nullcontext()


def join(device: torch.device, backend: str | None = None, timeout: float = 1800) -> None:
    """Join the processes that `torchrun` started together, if it did and nobody has yet.

    `timeout` is in seconds, for each thing that is done together. A process that is not heard of
    for so long ends the others with an error of torch.distributed.
    """
    if dist.is_available() and not dist.is_initialized() and _announced() > 1:
        if device.type == "cuda":
            torch.cuda.set_device(device)
        backend = backend or ("cpu:gloo,cuda:nccl" if device.type == "cuda" else "gloo")
        dist.init_process_group(backend, timeout=timedelta(seconds=timeout))
        atexit.register(_leave)


def _announced() -> int:
    return int(os.environ.get("WORLD_SIZE", "1")) if "RANK" in os.environ else 1


def _leave() -> None:
    if dist.is_initialized():
        dist.destroy_process_group()


def world_size() -> int:
    """Number of processes that train together."""
    return dist.get_world_size() if dist.is_available() and dist.is_initialized() else 1


def rank() -> int:
    """Index of this process among all, from 0."""
    return dist.get_rank() if dist.is_available() and dist.is_initialized() else 0


def local_rank() -> int:
    """Index of this process on its machine, from 0."""
    return int(os.environ.get("LOCAL_RANK", "0")) if world_size() > 1 or _announced() > 1 else 0


def hosts() -> Any:
    """The group in which hosts talk: all processes, by gloo. All of them have to ask for it."""
    backend = dist.get_backend_config() if hasattr(dist, "get_backend_config") else "gloo"
    if "gloo" in backend:
        return dist.group.WORLD
    if _made.get("in") is not dist.group.WORLD:
        _made.update({"in": dist.group.WORLD, "group": dist.new_group(backend="gloo")})
    return _made["group"]


_made: dict[str, Any] = {}


def total(value: float) -> float:
    """The sum of `value` over all processes, in double precision."""
    if world_size() == 1:
        return value
    tensor = torch.tensor(value, dtype=torch.float64)
    dist.all_reduce(tensor, group=hosts())
    return float(tensor)


def gather(thing: T) -> list[T]:
    """`thing` of every process, in the order of ranks. It is pickled."""
    if world_size() == 1:
        return [thing]
    found: list[Any] = [None] * world_size()
    dist.all_gather_object(found, thing, group=hosts())
    return found


def first_ones(thing: T) -> T:
    """What the main process has for `thing`. It is pickled."""
    if world_size() == 1:
        return thing
    box = [thing if rank() == 0 else None]
    dist.broadcast_object_list(box, src=0, group=hosts())
    return box[0]  # type: ignore[return-value]


def in_main(action: Callable[[], T]) -> T:
    """Let the main process do something while the others wait, and give all its result.

    What it raises ends them all: the others raise RuntimeError with its words, or ValueError if it
    was one.
    """
    if world_size() == 1:
        return action()
    result: Any = None
    failed: BaseException | None = None
    if rank() == 0:
        try:
            result = action()
        except BaseException as error:
            failed = error
    words = "" if failed is None else f"{type(failed).__name__}: {failed}"
    is_about_a_value = isinstance(failed, ValueError)
    words, is_about_a_value, result = first_ones((words, is_about_a_value, result))
    if failed is not None:
        raise failed
    if words:
        kind = ValueError if is_about_a_value else RuntimeError
        raise kind(f"the main process failed: {words}")
    return result  # type: ignore[no-any-return]


def in_each(action: Callable[[], object], acts: bool) -> None:
    """Let all processes that `acts` names do something while the others wait.

    What one of them raises ends them all: the others raise RuntimeError with its words.
    """
    failed: BaseException | None = None
    try:
        if acts:
            action()
    except BaseException as error:
        failed = error
    words = gather("" if failed is None else f"{type(failed).__name__}: {failed}")
    if failed is not None:
        raise failed
    found = next(((n, told) for n, told in enumerate(words) if told), None)
    if found is not None:
        raise RuntimeError(f"process {found[0]} failed: {found[1]}")


def wrap(model: nn.Module, wrapped: nn.Module, find_unused: bool | None = None) -> nn.Module:
    """The module that is called in training; `model` itself keeps its parameters.

    `wrapped` is what was called before, and is again if it is around this model.
    """
    if world_size() == 1 or not any(p.requires_grad for p in model.parameters()):
        return model
    if isinstance(wrapped, DistributedDataParallel) and wrapped.module is model:
        return wrapped
    device = next(model.parameters()).device
    devices = None if device.type == "cpu" else [device]
    return DistributedDataParallel(
        model, device_ids=devices, find_unused_parameters=bool(find_unused)
    )


def accumulating(model: nn.Module, last: bool) -> AbstractContextManager[None]:
    """Context of one micro-batch; gradients are exchanged only in the `last` of its group."""
    if last or not isinstance(model, DistributedDataParallel):
        return _NOTHING
    return model.no_sync()


def same_buffers(model: nn.Module) -> None:
    """Give every process the main one's buffers: running means, say, which are not exchanged."""
    if world_size() > 1:
        for buffer in model.buffers():
            dist.broadcast(buffer, src=0)
