"""The project's own timings: `python -m pytest benchmarks/test_timings.py`.

pytest-benchmark keeps and compares them (`--benchmark-save`, `--benchmark-compare`,
`--benchmark-histogram`). Times of different runs say little on a machine that does other things:
`tools/gate.py` decides by counts.
"""

from __future__ import annotations

import pytest
from dispatch import ALL, DISPATCHERS, IDLE, NOOP, TWO
from pytest_benchmark.fixture import BenchmarkFixture

from loopspec.benchmarking.bare import bare_loop
from loopspec.benchmarking.job import Job, ready
from loopspec.targets import resolve

OURS = ("bound methods", "bound methods, keywords passed", "reference")


@pytest.mark.parametrize("number", [0, 10, 100])
@pytest.mark.parametrize(
    ("name", "kind"),
    [(n, kind) for n in OURS for kind in (IDLE, NOOP, TWO, ALL) if kind in DISPATCHERS[n].kinds],
)
def test_event(benchmark: BenchmarkFixture, name: str, kind: str, number: int) -> None:
    benchmark.group = f"one event, {kind}, {number} callbacks"
    benchmark(DISPATCHERS[name].make(number, kind))


@pytest.mark.parametrize("callbacks", [0, 10])
def test_hundred_steps(benchmark: BenchmarkFixture, callbacks: int) -> None:
    benchmark.group = "a hundred steps"
    with ready(resolve("reference"), Job(100, callbacks)) as train:
        benchmark(train)


def test_hundred_steps_by_hand(benchmark: BenchmarkFixture) -> None:
    benchmark.group = "a hundred steps"
    benchmark(bare_loop(100))
