"""What it costs several processes to agree on flags: `python benchmarks/measure_agreeing.py`.

The reference does so once in a step that logs, evaluates and saves nothing. It is timed in turn
with one exchange of as many bytes, which it cannot be cheaper than, and with a step of a model of
one parameter under DistributedDataParallel. A single process agrees with nobody: it makes no call.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from results import Agreed, Agreeing, keep, machine
from torch import multiprocessing
from torch.nn.parallel import DistributedDataParallel

from loopspec_reference.agreement import make_agreement
from loopspec_reference.control import FLAGS, TrainerControl

WORLDS = (2, 3, 4)
AGREES, EXCHANGE, STEP = "agreeing", "one exchange", "a step"


def works() -> dict[str, Callable[[], Any]]:
    """What is timed, in a process of the group."""
    agreement, control = make_agreement(), TrainerControl()
    assert agreement is not None
    flags = torch.zeros(len(FLAGS), dtype=torch.uint8)
    model = DistributedDataParallel(torch.nn.Linear(1, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    batch = torch.ones(1, 1)

    def step() -> None:
        model(batch).sum().backward()
        optimizer.step()
        optimizer.zero_grad()

    return {
        AGREES: lambda: agreement.reach(control),
        EXCHANGE: lambda: dist.all_reduce(flags, dist.ReduceOp.MAX),
        STEP: step,
    }


def _process(rank: int, world: int, folder: str, rounds: int) -> None:
    torch.set_num_threads(1)
    store = f"file://{folder}/store"
    dist.init_process_group("gloo", init_method=store, rank=rank, world_size=world)
    found: dict[str, list[float]] = {}
    timed = works()
    for _ in range(rounds):
        for name, work in timed.items():
            dist.barrier()
            start = time.perf_counter()
            work()
            found.setdefault(name, []).append(time.perf_counter() - start)
    if rank == 0:
        lower = {name: statistics.quantiles(times)[0] for name, times in found.items()}
        torch.save(lower, Path(folder) / "found")
    dist.destroy_process_group()


def measured(world: int, rounds: int) -> Agreed:
    """With so many processes on this machine."""
    with tempfile.TemporaryDirectory() as folder:
        multiprocessing.spawn(_process, (world, folder, rounds), world)
        times: dict[str, float] = torch.load(Path(folder) / "found")
    return Agreed(world, times[AGREES] / times[EXCHANGE], times[AGREES] / times[STEP])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=500)
    wanted = parser.parse_args()
    worlds = [measured(world, wanted.rounds) for world in WORLDS]
    keep("agreeing", Agreeing(machine(["torch"]), worlds))


if __name__ == "__main__":
    main()
