"""Where output goes: a person's to the terminal, a program's to a file or to stdout."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from loopspec.known import Known, load_known
from loopspec.report.form import FORMS, Asked
from loopspec.report.model import Report
from loopspec.run import Progress

if TYPE_CHECKING:
    from rich.console import Console

STDOUT = "-"


def write(where: str, data: bytes) -> None:
    """Write to stdout, or to a file, which is replaced as a whole or not at all."""
    if where == STDOUT:
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
        return
    path = Path(where)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def check_places(*places: str | None) -> None:
    """See before anything is run that the output will have a place to go to.

    Raises:
        UsageError: it will not.
    """
    named = [place for place in places if place]
    if named.count(STDOUT) > 1:
        raise click.UsageError("only one output can go to stdout (-)")
    twice = next((place for place in named if named.count(place) > 1), None)
    if twice:
        raise click.UsageError(f"two outputs would go to {twice}")
    for place in named:
        folder = Path(place).parent
        if place != STDOUT and not (folder.is_dir() and os.access(folder, os.W_OK)):
            raise click.UsageError(f"{place} cannot be written: {folder} is no folder, or closed")
        if place != STDOUT and Path(place).is_dir():
            raise click.UsageError(f"{place} is a folder, not a file to write to")


def load_all(files: Sequence[str]) -> dict[str, Known]:
    """All entries of several files of known deviations; later files win."""
    return {rule: known for file in files for rule, known in load_known(file).items()}


def console_for(*places: str | None) -> Console:
    """Where a person reads: stdout, or stderr if a program reads one of these places from stdout,
    as the two must not be mixed."""
    from rich.console import Console

    stream = sys.stderr if STDOUT in places else sys.stdout
    width = None if stream.isatty() else 100
    return Console(file=stream, width=width, highlight=False, markup=False, emoji=False)


def present(
    report: Report,
    *,
    command: str,
    places: Mapping[str, str],
    known_to: str | None = None,
    quiet: bool,
    verbose: bool,
    strict: bool,
) -> int:
    """Print a report, write the forms that are wanted, and give the exit status.

    Args:
        command: what made the report, and makes it again.
        places: where each form (a key of `FORMS`) goes: a file, or `-`.
    """
    from loopspec.report.terminal import conclusion, show

    console = console_for(*places.values(), known_to)
    if quiet:
        console.print(conclusion(report, strict=strict), soft_wrap=True)
    else:
        show(report, console, repeat=command, verbose=verbose, strict=strict)
    for form, place in places.items():
        write(place, FORMS[form].write(report, Asked(command, strict)))
    if known_to:
        from loopspec.report.declaring import known_deviations

        write(known_to, known_deviations(report).encode())
    return 3 if not report.judged else 0 if report.conforms(strict=strict) else 1


@contextlib.contextmanager
def progress_bar(quiet: bool) -> Iterator[Progress | None]:
    """A progress bar on stderr if a person is looking at it."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=None)
        yield lambda done, total, name: bar.update(
            task, completed=done, total=total, description=name
        )


@contextlib.contextmanager
def saying(quiet: bool) -> Iterator[Callable[[str], None]]:
    """A line on stderr that says what is being done, if a person is looking at it."""
    if quiet or not sys.stderr.isatty():
        yield lambda text: None
        return
    from rich.console import Console

    with Console(stderr=True).status("starting") as status:
        yield status.update
