"""`loopspec bench`: what a step costs, and what each callback adds to it."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import click

from loopspec.cli.options import writing_json
from loopspec.cli.output import check_places, console_for, saying, write
from loopspec.targets import resolve

BESIDE = {"reference": "loopspec_reference", "transformers": "transformers"}
"""What is measured too where its package is there."""


@click.command()
@click.argument("target")
@click.option(
    "--beside",
    multiple=True,
    metavar="TARGET",
    help="Measure this one too; may be repeated. [default: reference, transformers]",
)
@click.option(
    "--callbacks",
    "numbers",
    multiple=True,
    type=click.IntRange(min=0, max=10_000),
    metavar="N",
    help="Measure with so many callbacks; may be repeated. [default: 0, 3, 10, 100]",
)
@click.option(
    "--rounds",
    type=click.IntRange(min=0),
    default=10,
    show_default=True,
    help="How often times are taken; 0 for counts alone.",
)
@click.option(
    "--steps",
    type=click.IntRange(min=10),
    default=200,
    show_default=True,
    help="Steps of the job that is timed.",
)
@writing_json
@click.option(
    "--compare",
    "earlier",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What --json wrote before: a count that has grown is told, and the exit status is 1.",
)
@click.option("--plot", "plot_to", metavar="PATH", help="Draw it: .svg or .png (needs matplotlib).")
@click.option("-q", "--quiet", is_flag=True, help="Print no table.")
def bench(
    target: str,
    beside: tuple[str, ...],
    numbers: tuple[int, ...],
    rounds: int,
    steps: int,
    json_to: str | None,
    earlier: Path | None,
    plot_to: str | None,
    quiet: bool,
) -> int:
    """Measure what one training step of TARGET costs beyond a loop written by hand.

    It does so with callbacks that do nothing, by counts that are the same on every machine
    (bytecodes, calls, operations that make the host wait for a device, memory left behind) and by
    time, beside other trainers, all in turn.
    """
    from loopspec.benchmarking import NUMBERS, bench_json, compare, measure, read_bench
    from loopspec.benchmarking.plot import form_of, plot
    from loopspec.benchmarking.report import show

    check_places(json_to, plot_to)
    form = form_of(plot_to) if plot_to else ""
    before = read_bench(earlier) if earlier else None
    console = console_for(json_to, plot_to)
    names = [target, *(beside or (name for name in BESIDE if find_spec(BESIDE[name])))]
    subjects = {name: resolve(name) for name in dict.fromkeys(names)}
    with saying(quiet) as progress:
        result = measure(
            subjects,
            numbers=sorted(set(numbers)) or NUMBERS,
            rounds=rounds,
            steps=steps,
            progress=progress,
        )
    if json_to:
        write(json_to, bench_json(result))
    if plot_to:
        write(plot_to, plot(result, form))
    if not quiet:
        show(result, console)
    if before is None:
        return 0
    changes = compare(before, result)
    for change in changes:
        console.print(f"{'dearer' if change.worse else 'cheaper'} {change}", soft_wrap=True)
    worse = any(change.worse for change in changes)
    verdict = "costs more than" if worse else "costs no more than"
    console.print(f"{target} {verdict} in {earlier}", soft_wrap=True)
    return 1 if worse else 0
