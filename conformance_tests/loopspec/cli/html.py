"""`loopspec html`: reports that were written before, as one page to look at."""

from __future__ import annotations

from pathlib import Path

import click

from loopspec.cli.output import check_places, write


@click.command()
@click.argument(
    "reports",
    nargs=-1,
    required=True,
    metavar="REPORT...",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option("-o", "--output", required=True, metavar="PATH", help="The page; - for stdout.")
@click.option("--title", default="", metavar="TEXT", help="Its heading.")
@click.option(
    "--spec",
    default="",
    metavar="PLACE",
    help="Where the specification is seen from the page, so that rules are linked: ../spec.",
)
def html(reports: tuple[Path, ...], output: str, title: str, spec: str) -> int:
    """Show reports, each written by --json, as one page: a column for each, a row for each rule."""
    from loopspec.report.html import page
    from loopspec.report.html.column import read_column

    check_places(output)
    write(output, page([read_column(path) for path in reports], title=title, spec=spec).encode())
    return 0
