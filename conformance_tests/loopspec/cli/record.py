"""`loopspec record`: run the scenarios on a trainer and keep their traces."""

from __future__ import annotations

import click

from loopspec.cli.options import running, selecting
from loopspec.cli.output import check_places, progress_bar, write
from loopspec.json_text import pretty
from loopspec.run import record_all
from loopspec.selection import choose_rules
from loopspec.trace import Trace
from loopspec.vocabulary import Level


@click.command()
@click.argument("target")
@click.option("-o", "--output", required=True, metavar="DIR", help="The folder for the traces.")
@selecting
@running
def record(
    target: str,
    output: str,
    rules: tuple[str, ...],
    level: Level | None,
    json_to: str | None,
    scenarios: tuple[str, ...],
    processes: int,
    timeout: float,
) -> int:
    """Run the scenarios on TARGET, and keep a trace of each in a folder, to be judged later."""
    check_places(json_to)
    chosen = choose_rules(rules or None, level) if rules or level else None
    with progress_bar(quiet=False) as progress:
        traces = record_all(
            target,
            scenarios=scenarios or None,
            rules=chosen,
            processes=processes,
            timeout=timeout,
            keep=output,
            progress=progress,
        )
    told = json_to == "-"
    for trace in traces:
        if not trace.complete:
            click.echo(
                f"{trace.scenario.name}: {trace.outcome.kind}: {trace.outcome.error}", err=told
            )
    click.echo(f"{len(traces)} traces in {output}", err=told)
    if json_to:
        write(json_to, pretty([_entry(trace) for trace in traces]))
    return 0


def _entry(trace: Trace) -> dict[str, object]:
    return {
        "scenario": trace.scenario.name,
        "file": f"{trace.scenario.name}.jsonl",
        "records": len(trace.records),
        "outcome": trace.outcome,
    }
