"""The plots of the page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dispatch import DISPATCHERS, IDLE, NOOP
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from page_tables import FLOOR, over
from results import Dispatch, OfLoop, Steps
from steps import LOOPS

from loopspec.benchmarking.plot import rendered

FOLDER = Path(__file__).parent / "plots"
OURS = "reference"


def draw(dispatch: Dispatch, steps: Steps, job: str) -> None:
    """Write `plots/dispatch.svg` and `plots/steps.svg`; the same results give the same bytes."""
    FOLDER.mkdir(exist_ok=True)
    figure = Figure(figsize=(10, 4.5), layout="constrained")
    for axes, kind in zip(figure.subplots(1, 2, sharey=True), (NOOP, IDLE), strict=True):
        _events(axes, dispatch, kind)
    _save(figure, "dispatch")
    figure = Figure(figsize=(7, 4.5), layout="constrained")
    _steps(figure.subplots(), steps.jobs[job])
    _save(figure, "steps")


def _events(axes: Axes, found: Dispatch, kind: str) -> None:
    unit = found.events[FLOOR][NOOP][1].time.median
    for name in DISPATCHERS:
        kinds = found.events[name]
        if kind in kinds:
            times = {n: event.time.median / unit for n, event in kinds[kind].items()}
            _line(axes, name, times)
    axes.set_title(f"one event, {kind} callbacks")
    axes.set_yscale("log")
    axes.set_ylabel("time, in that of one bound method called")
    _callbacks(axes)


def _steps(axes: Axes, loops: dict[str, OfLoop]) -> None:
    unit = over(loops, "transformers", 0)
    for name in LOOPS:
        numbers = [one.callbacks for one in loops[name].times]
        if len(numbers) > 1:
            _line(axes, name, {n: over(loops, name, n) / unit for n in numbers})
    axes.set_title("one step, over the loop written by hand")
    axes.set_ylabel("time, in that of transformers without callbacks")
    axes.set_yscale("symlog", linthresh=0.1)
    _callbacks(axes)


def _line(axes: Axes, name: str, values: Mapping[int, float]) -> None:
    wide = 3 if name == OURS else 1.2
    style = "--" if name.startswith("b") else "-"
    axes.plot(
        sorted(values),
        [values[n] for n in sorted(values)],
        style,
        marker=".",
        linewidth=wide,
        label=name,
    )


def _callbacks(axes: Axes) -> None:
    axes.set_xscale("symlog")
    axes.set_xticks([0, 1, 3, 10, 100], ["0", "1", "3", "10", "100"])
    axes.set_xlabel("callbacks")
    axes.grid(alpha=0.3)
    axes.legend(fontsize="x-small")


def _save(figure: Figure, name: str) -> None:
    (FOLDER / f"{name}.svg").write_bytes(rendered(figure, "svg"))
