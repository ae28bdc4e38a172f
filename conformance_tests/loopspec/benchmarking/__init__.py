"""What callbacks cost: counts that are the same on every machine, and times that are not.

Nothing here is imported unless something is measured.
"""

from loopspec.benchmarking.compare import Change, compare
from loopspec.benchmarking.counting import Counts, count
from loopspec.benchmarking.measuring import NUMBERS, exactly, measure
from loopspec.benchmarking.result import BenchResult, PerStep, bench_json, bench_schema, read_bench
from loopspec.benchmarking.timing import Spread, interleaved
from loopspec.benchmarking.waiting import Waiting, waiting_in

__all__ = [
    "NUMBERS",
    "BenchResult",
    "Change",
    "Counts",
    "PerStep",
    "Spread",
    "Waiting",
    "bench_json",
    "bench_schema",
    "compare",
    "count",
    "exactly",
    "interleaved",
    "measure",
    "read_bench",
    "waiting_in",
]
