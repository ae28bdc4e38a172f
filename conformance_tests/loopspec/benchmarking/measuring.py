"""Measuring trainers, as they are driven by their adapters, beside the bare loop.

All is by difference: a job of many steps, less the same job of a few, is what steps take. So what
happens once (setting up, the first step, the end) does not count, and nothing has to be hooked
into the trainer. Each job is a trainer of its own.
"""

from __future__ import annotations

import gc
import platform
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TypeVar

from loopspec.benchmarking.counting import Counts, count_bytecodes, count_calls
from loopspec.benchmarking.job import Job, Train, ready
from loopspec.benchmarking.memory import blocks_left, peak
from loopspec.benchmarking.result import BARE, BENCH_VERSION, BenchResult, Measured, PerStep
from loopspec.benchmarking.timing import Spread
from loopspec.benchmarking.uncollected import uncollected
from loopspec.benchmarking.waiting import waiting_in
from loopspec.faults import SubjectFault, told
from loopspec.recording import provenance
from loopspec.subjects.base import Subject

FEW, MORE = 3, 8
"""Steps of the two jobs whose counts are compared. They are exact, so a few do."""
SHORT = 20
"""Steps of the shorter one of the two jobs whose times are compared."""
LASTING = (50, 450)
"""Steps of the two jobs whose leavings are compared: many, and rounded, because Python keeps some
objects back to use them again."""
NUMBERS = (0, 3, 10, 100)
"""How many callbacks there are, if nobody says otherwise."""

Progress = Callable[[str], None]
Result = TypeVar("Result")
Jobs = Callable[[int], AbstractContextManager[Train]]
"""Makes a trainer for so many steps, and gives what trains it."""


def measure(
    subjects: Mapping[str, Subject],
    *,
    numbers: Sequence[int] = NUMBERS,
    rounds: int = 10,
    steps: int = 200,
    progress: Progress = lambda text: None,
) -> BenchResult:
    """What a step takes: of each subject, and of the bare loop.

    Args:
        subjects: by the name that the result gives them; the first is the one that is asked about.
        numbers: of callbacks.
        rounds: how often each time is taken, all in turn; with 0 none is.
        steps: by which the two jobs differ whose times are compared.
        progress: is told what is being done.

    Raises:
        SubjectFault: one of them cannot train so.
    """
    everybody: dict[str, Subject | None] = {**subjects, BARE: None}
    cases = [
        (name, number)
        for name, subject in everybody.items()
        for number in (numbers if subject else (0,))
    ]
    exact: dict[str, list[PerStep]] = {name: [] for name in everybody}
    places: dict[str, dict[str, float]] = {}
    for name, number in cases:
        progress(f"{name}: counting with {number} callbacks")
        step, by_place = exactly(_jobs(everybody[name], number), number)
        exact[name].append(step)
        places.setdefault(name, by_place)
    times: dict[tuple[str, int], list[float]] = {case: [] for case in cases}
    for number in range(rounds):
        progress(f"timing, round {number + 1} of {rounds}")
        for name, callbacks in cases:
            jobs = _jobs(everybody[name], callbacks)
            times[name, callbacks].append(_seconds(jobs, steps) * 1e9)
    return BenchResult(
        BENCH_VERSION,
        ".".join(map(str, sys.version_info[:3])),
        f"{platform.system()} {platform.machine()}",
        [
            Measured(
                name,
                provenance(subject) if subject else None,
                [step.timed(Spread.of(times[name, step.callbacks])) for step in exact[name]]
                if rounds
                else exact[name],
                places[name],
            )
            for name, subject in everybody.items()
        ],
    )


def exactly(jobs: Jobs, callbacks: int) -> tuple[PerStep, dict[str, float]]:
    """What a step takes, without its time; and its bytecodes by place, the most first.

    Args:
        jobs: makes ready what trains so many steps.
        callbacks: how many there are in it.
    """
    for steps in (FEW, MORE):
        look(jobs, steps, lambda train: train())  # what is imported or looked up once
    (calls, c_calls), (more_calls, more_c) = (look(jobs, n, count_calls) for n in (FEW, MORE))
    codes, more_codes = (look(jobs, n, count_bytecodes) for n in (FEW, MORE))
    waits, more_waits = (look(jobs, n, waiting_in) for n in (FEW, MORE))
    kept, more_kept = (look(jobs, n, blocks_left) for n in LASTING)
    times = MORE - FEW
    each = {place: (n - codes[place]) / times for place, n in more_codes.items()}
    counts = Counts((more_calls - calls) / times, (more_c - c_calls) / times, sum(each.values()))
    ordered = sorted(((n, place) for place, n in each.items() if n), reverse=True)
    step = PerStep(
        callbacks,
        counts,
        waiting=more_waits.less(waits, times),
        surviving=round((more_kept - kept) / (LASTING[1] - LASTING[0])),
        peak=look(jobs, MORE, peak),
    )
    return step, {place: n for n, place in ordered}


def look(jobs: Jobs, steps: int, how: Callable[[Train], Result]) -> Result:
    """What is found when so many steps are trained and looked at in this way."""
    with jobs(steps) as train:
        return how(train)


def _jobs(subject: Subject | None, callbacks: int) -> Jobs:
    @contextmanager
    def job(steps: int) -> Iterator[Train]:
        try:
            with ready(subject, Job(steps, callbacks)) as train:
                yield train
        except (Exception, SystemExit) as error:
            name = subject.name if subject else BARE
            raise SubjectFault(
                f"{name}: it cannot be measured, as training {steps} steps with {callbacks} "
                f"callbacks raised {told(error)}."
            ) from error

    return job


def _seconds(jobs: Jobs, steps: int) -> float:
    """Of one step."""
    short, long = (look(jobs, number, _timed) for number in (SHORT, SHORT + steps))
    return (long - short) / steps


def _timed(train: Train) -> float:
    gc.collect()
    with uncollected():
        start = time.perf_counter()
        train()
        return time.perf_counter() - start
