"""`loopspec check`: run the scenarios on a trainer and judge it."""

from __future__ import annotations

from pathlib import Path

import click

from loopspec.cli.options import judging, running
from loopspec.cli.output import STDOUT, check_places, load_all, present, progress_bar
from loopspec.run import check as run_check
from loopspec.vocabulary import Edition, Level


@click.command()
@click.argument("target")
@judging
@running
@click.option(
    "--write-known",
    "known_to",
    is_flag=False,
    flag_value=STDOUT,
    metavar="[PATH]",
    help="Write what is broken now as a file of known deviations, to be given reasons.",
)
@click.option("--traces", metavar="DIR", help="Keep the traces in this folder.")
def check(
    target: str,
    rules: tuple[str, ...],
    level: Level | None,
    edition: Edition,
    known_files: tuple[str, ...],
    no_known: bool,
    strict: bool,
    quiet: bool,
    verbose: bool,
    places: dict[str, str],
    scenarios: tuple[str, ...],
    processes: int,
    timeout: float,
    known_to: str | None,
    traces: str | None,
) -> int:
    """Run the scenarios on TARGET and judge what its callbacks saw.

    TARGET is the name of a subject (reference, transformers, or what a package provides),
    module:attribute, or path/to/file.py[:attribute].
    """
    check_places(*places.values(), known_to)
    if known_to and known_to != STDOUT and Path(known_to).exists() and known_to not in known_files:
        raise click.UsageError(
            f"{known_to} is there already; add --known {known_to}, so that its reasons are kept"
        )
    with progress_bar(quiet) as progress:
        report = run_check(
            target,
            scenarios=scenarios or None,
            rules=rules or None,
            level=level,
            edition=edition,
            known=load_all(known_files),
            bundled=not no_known,
            processes=processes,
            timeout=timeout,
            keep=traces,
            progress=progress,
        )
    return present(
        report,
        command=f"loopspec check {target}",
        places=places,
        known_to=known_to,
        quiet=quiet,
        verbose=verbose,
        strict=strict,
    )
