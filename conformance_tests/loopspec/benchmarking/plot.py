"""A result drawn: what a step costs by the number of callbacks."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from loopspec.benchmarking.difference import overhead
from loopspec.benchmarking.result import BenchResult
from loopspec.faults import Fault, install_hint

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = ("svg", "png")


def plot(result: BenchResult, form: str) -> bytes:
    """Bytecodes a step over the bare loop, against the number of callbacks, one line a trainer.

    Args:
        form: `svg` or `png`.

    Raises:
        Fault: matplotlib is not there.
    """
    try:
        from matplotlib.figure import Figure
    except ModuleNotFoundError as error:
        raise Fault(f"Plots need matplotlib.{install_hint('matplotlib')}") from error
    figure = Figure(figsize=(6.4, 4.0), layout="constrained")
    axes = figure.subplots()
    for measured in result.subjects[:-1]:
        numbers = [step.callbacks for step in measured.steps]
        costs = [overhead(result, step) for step in measured.steps]
        axes.plot(numbers, costs, marker="o", label=measured.name)
    axes.set_xscale("symlog")
    axes.set_xticks(numbers, [str(number) for number in numbers])
    axes.set_ylim(bottom=0)
    axes.set_xlabel("callbacks that override the events of a step")
    axes.set_ylabel("bytecodes a step, over the bare loop")
    axes.grid(alpha=0.3)
    axes.legend()
    return rendered(figure, form)


def rendered(figure: Figure, form: str) -> bytes:
    """A figure as `svg` or `png`; an equal one gives equal bytes, and texts stay texts."""
    from matplotlib import rc_context

    drawn = BytesIO()
    with rc_context({"svg.hashsalt": "loopspec", "svg.fonttype": "none"}):
        figure.savefig(drawn, format=form, metadata={"Date": None} if form == "svg" else {})
    return drawn.getvalue()


def form_of(path: str) -> str:
    """The format that a file's name asks for.

    Raises:
        Fault: it is none of those that can be drawn.
    """
    form = Path(path).suffix.removeprefix(".")
    if form not in FORMATS:
        raise Fault(f"{path}: a plot is drawn as .svg or .png")
    return form
