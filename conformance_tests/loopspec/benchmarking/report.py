"""A result as people read it in a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from loopspec.benchmarking.difference import difference, for_each_callback, overhead
from loopspec.benchmarking.result import BenchResult, PerStep

NOTE = (
    "A step less that of the bare loop, which does the same work on tensors. Counts are exact; "
    "times are medians of this run."
)


def show(result: BenchResult, console: Console) -> None:
    """Print what a step takes, what a callback adds, and which trainer costs more, and where."""
    console.print(_table(result))
    console.print(NOTE, soft_wrap=False)
    for line in lines(result):
        console.print(line, soft_wrap=True)


def _table(result: BenchResult) -> Table:
    table = Table(box=None, pad_edge=False, header_style="")
    table.add_column("one step, over the bare loop")
    for title in ("callbacks", "bytecodes", "calls", "µs", "waits", "left behind"):
        table.add_column(title, justify="right")
    for measured in result.subjects[:-1]:
        for step in measured.steps:
            label = measured.name if step is measured.steps[0] else ""
            table.add_row(label, str(step.callbacks), *_over(result, step))
    table.add_row(result.bare.name, "-", *_whole(result.bare.none))
    return table


def _over(result: BenchResult, step: PerStep) -> Iterator[str]:
    bare = result.bare.none
    yield f"{overhead(result, step):,.0f}"
    yield f"{step.counts.calls - bare.counts.calls:,.0f}"
    yield f"{(step.time.median - bare.time.median) / 1000:,.0f}" if step.time and bare.time else "-"
    yield f"{sum(step.waiting.values()):g}"
    yield f"{step.surviving:g}"


def _whole(step: PerStep) -> list[str]:
    time = f"({step.time.median / 1000:,.0f})" if step.time else "-"
    waits = f"({sum(step.waiting.values()):g})"
    counts = step.counts
    return [f"({counts.bytecodes:,.0f})", f"({counts.calls:,.0f})", time, waits, "(0)"]


def lines(result: BenchResult) -> Iterator[str]:
    """The conclusions, in words."""
    yield ""
    for measured in result.subjects[:-1]:
        if measured.none is not measured.most:
            each = for_each_callback(measured)
            yield f"{measured.name}: each callback adds {each:,.0f} bytecodes to a step"
    for other in result.subjects[1:-1]:
        found = difference(result, result.target.name, other.name)
        yield ""
        yield f"{found}{'. In:' if found.places and found.bytecodes else ''}"
        if found.bytecodes:
            for place, number in found.places:
                yield f"  {number:7,.0f}  {place}"
