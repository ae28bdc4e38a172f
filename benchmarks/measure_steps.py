"""What a training step costs: `python benchmarks/measure_steps.py [--device cuda]`.

All loops train in one process, in turn, so that noise hits all alike. It runs in the environment
`peers`; `make bench` makes that.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import io
import itertools
import logging
import warnings
from collections.abc import Callable, Iterator
from functools import partial

import torch
from results import OfLoop, Steps, Timed, keep, machine
from steps import LOOPS
from steps.job import READ, Job

from loopspec.benchmarking import PerStep, Spread, exactly

JOBS = {
    "one parameter": Job("one parameter"),
    "one parameter, accumulation 4": Job("one parameter", accumulation=4),
    "small MLP": Job("small MLP"),
    "small MLP, accumulation 4": Job("small MLP", accumulation=4),
}
ON_DEVICE = {
    "small MLP": Job("small MLP", device="cuda"),
    "large MLP": Job("large MLP", device="cuda"),
    "large MLP, accumulation 4": Job("large MLP", accumulation=4, device="cuda"),
}
NUMBERS = (0, 3, 10, 100)
FEWER = (0, 10)
"""Numbers of callbacks where four batches make a step, and where steps are counted."""
WARM = 20
"""Steps that are not counted at the beginning of each run."""

COUNTED = "one parameter"
"""The job whose steps are counted too, with few callbacks."""

PROFILED = ("reference", LOOPS["reference"].floor)
"""The loops of which the page says which functions take how much."""

Case = tuple[str, int]
"""A loop, and how many callbacks it has."""


def cases(job: Job, numbers: tuple[int, ...]) -> Iterator[Case]:
    """The loops that can do a job."""
    for name, loop in LOOPS.items():
        if (job.accumulation == 1 or loop.accumulates) and (job.device == "cpu" or loop.on_device):
            for number in numbers if loop.callbacks else (0,):
                yield name, number


def times(job: Job, wanted: list[Case], rounds: int, steps: int) -> dict[Case, Spread]:
    """Nanoseconds of a step, of all steps of all rounds."""
    found: dict[Case, list[float]] = {case: [] for case in wanted}
    for _ in range(rounds):
        for name, number in wanted:
            gc.collect()
            del READ[:]
            _train(name, job._replace(steps=WARM + steps, callbacks=number))
            read = READ[:: job.accumulation][WARM : WARM + steps]
            found[name, number] += [b - a for a, b in itertools.pairwise(read)]
    return {case: Spread.of(each) for case, each in found.items()}


def _train(name: str, job: Job) -> None:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        LOOPS[name].run(job)
    if job.device != "cpu":
        torch.cuda.synchronize()


def counted(job: Job, name: str, callbacks: int) -> tuple[PerStep, dict[str, float]]:
    """The counts of a step in one loop, and its bytecodes by function."""

    def ready(steps: int) -> contextlib.AbstractContextManager[Callable[[], None]]:
        asked = job._replace(steps=steps, callbacks=callbacks)
        return contextlib.nullcontext(partial(_train, name, asked))

    return exactly(ready, callbacks)


def measured(title: str, job: Job, rounds: int, steps: int) -> dict[str, OfLoop]:
    wanted = [*cases(job, FEWER if job.accumulation > 1 else NUMBERS)]
    found: dict[str, OfLoop] = {}
    for (name, number), time in times(job, wanted, rounds, steps).items():
        loop = found.setdefault(name, OfLoop([], []))
        loop.times.append(Timed(number, time))
        if title == COUNTED and number in FEWER:
            print(f"  {name}, {number} callbacks: counting", flush=True)
            step, places = counted(job, name, number)
            loop.exact.append(step)
            if name in PROFILED and number == 0:
                loop.places.update(places)
    return found


def waiting(job: Job) -> dict[str, str]:
    """Which loops make the host wait for the device in a step that logs nothing, and at what;
    empty for one that does not."""
    told = {}
    for name, _ in cases(job, (0,)):
        del READ[:]
        try:
            _train(name, job._replace(steps=WARM, strict=True))
            told[name] = ""
        except RuntimeError as error:
            told[name] = str(error).partition("\n")[0]
        finally:
            torch.cuda.set_sync_debug_mode("default")
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    wanted = parser.parse_args()
    if wanted.device == "cuda" and not torch.cuda.is_available():
        print("steps on a GPU: skipped, there is no CUDA device here")
        return
    warnings.filterwarnings("ignore")
    logging.disable(logging.CRITICAL)
    torch.set_num_threads(1)
    jobs = {}
    for title, job in (JOBS if wanted.device == "cpu" else ON_DEVICE).items():
        print(f"{title}, {wanted.device}", flush=True)
        jobs[title] = measured(title, job, wanted.rounds, wanted.steps)
    device = "cpu" if wanted.device == "cpu" else torch.cuda.get_device_name()
    packages = {loop.package for loop in LOOPS.values()} - {""}
    name = "steps" if wanted.device == "cpu" else "steps-cuda"
    waits = waiting(ON_DEVICE["small MLP"]) if wanted.device == "cuda" else {}
    keep(name, Steps(machine([*packages, "torch"], device), jobs, waits))


if __name__ == "__main__":
    main()
