"""`loopspec fuzz`: look for a scenario that a trainer gets wrong."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from loopspec.cli.options import fuzzing
from loopspec.cli.output import check_places, console_for, load_all, progress_bar, write
from loopspec.faults import Fault, install_hint
from loopspec.json_text import pretty
from loopspec.vocabulary import Edition, Level

if TYPE_CHECKING:
    from loopspec.fuzzing.campaign import Finding


@click.command()
@click.argument("target")
@fuzzing
def fuzz(
    target: str,
    rules: tuple[str, ...],
    level: Level | None,
    edition: Edition,
    known_files: tuple[str, ...],
    no_known: bool,
    strict: bool,
    quiet: bool,
    json_to: str | None,
    examples: int,
    seed: int,
    corpus: str | None,
    replays: tuple[str, ...],
    profile: str | None,
    shrink: float,
    processes: int,
    timeout: float,
) -> int:
    """Play generated scenarios on TARGET, and report the smallest that go wrong.

    Each is judged by the rules, and compared with what the machine predicts where TARGET is
    reference or transformers.
    """
    check_places(json_to)
    try:
        import hypothesis  # noqa: F401  # to tell its lack from any other error
    except ModuleNotFoundError:
        raise Fault(f"there is no module hypothesis.{install_hint('hypothesis')}") from None
    if corpus and Path(corpus).exists() and not Path(corpus).is_dir():
        raise click.UsageError(f"{corpus} is no folder")
    from loopspec.fuzzing.report import conclusion, show
    from loopspec.fuzzing.search import search

    with progress_bar(quiet) as progress:
        result = search(
            target,
            examples=examples,
            seed=seed,
            rules=rules or None,
            level=level,
            edition=edition,
            known=load_all(known_files),
            bundled=not no_known,
            profile=profile,
            corpus=corpus,
            replay=replays,
            processes=processes,
            timeout=timeout,
            seconds=shrink,
            progress=progress,
        )
    console = console_for(json_to)
    drawn = "" if replays else f" (seed {seed})"
    if quiet:
        console.print(conclusion(result, drawn, strict=strict), soft_wrap=True)
    else:
        show(result, console, target=shlex.quote(target), drawn=drawn, strict=strict)
    if json_to:
        write(json_to, pretty([_entry(finding) for finding in result.findings]))
    return 0 if result.conforms(strict=strict) else 1


def _entry(finding: Finding) -> dict[str, Any]:
    found = finding.found
    return {
        "what": found.what,
        "message": found.message,
        "scenario": msgspec.to_builtins(found.trace.scenario),
        "text": str(found.trace.scenario),
        "file": None if finding.path is None else str(finding.path),
        "saved_before": finding.again,
        "steady": finding.steady,
    }
