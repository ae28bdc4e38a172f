"""What a search found, for a person at a terminal."""

from __future__ import annotations

import shlex

from rich.console import Console
from rich.text import Text

from loopspec.fuzzing.campaign import Finding
from loopspec.fuzzing.search import Search
from loopspec.report.terminal import made_by, show_evidence, show_failure
from loopspec.scenario_file import scenario_in_one_line


def show(
    search: Search, console: Console, *, target: str, drawn: str = "", strict: bool = False
) -> None:
    """Print all findings, each with the command that shows it again.

    Args:
        target: as it stands on a command line.
        drawn: where the scenarios came from.
        strict: a SHOULD counts like a MUST.
    """
    console.print(made_by(search.by).append(f": {_played(search)}{drawn}"))
    for finding in search.findings:
        console.print()
        _show(finding, console)
        for name, text in _facts(finding, target, search.profile):
            # One line, however long, so that it can be copied.
            console.print(Text.assemble("  ", (f"{name}: ", "dim"), text), soft_wrap=True)
    console.print()
    console.print(conclusion(search, strict=strict))


def conclusion(search: Search, drawn: str = "", *, strict: bool = False) -> Text:
    """The last line: what was found, or that nothing was."""
    who, names = search.by.subject, [finding.found.what for finding in search.findings]
    if not names:
        compared = f", and all as predicted for {search.profile}" if search.profile else ""
        return Text(f"{who}: nothing found in {_played(search)}{drawn}{compared}", "bold green")
    style = "bold yellow" if search.conforms(strict=strict) else "bold red"
    return Text(f"{who}: found in {_played(search)}{drawn}: {', '.join(names)}", style)


def _played(search: Search) -> str:
    return f"{search.played} scenario{'s' * (search.played != 1)}"


def _show(finding: Finding, console: Console) -> None:
    found = finding.found
    if found.broken is not None:
        show_failure(found.broken, console)
    elif found.evidence is not None:
        console.print(
            Text.assemble((f"{found.what} ", "bold red"), _HEADS.get(found.what, _DIFFERS))
        )
        show_evidence(found.evidence, console)


_HEADS = {
    "raised": "The trainer answered with an exception, and the scenario asks for nothing illegal.",
    "hung": "The trainer did not come to an end.",
    "died": "The process of the trainer died.",
}
_DIFFERS = "The trace is not the one that the machine predicts."


def _facts(finding: Finding, target: str, profile: str) -> list[tuple[str, str]]:
    """What is to be known besides: the file, and how to see it again."""
    facts = []
    if not finding.steady:
        facts.append(("not every time", "played once more, the scenario did not show it"))
    if finding.path:
        facts.append(("was saved in" if finding.again else "saved in", str(finding.path)))
    return [*facts, ("repeat", _again(finding, target, profile))]


def _again(finding: Finding, target: str, profile: str) -> str:
    found = finding.found
    scenario = str(finding.path or scenario_in_one_line(found.trace.scenario))
    if found.difference:
        return f"loopspec fuzz {target} --profile {profile} --replay {shlex.quote(scenario)}"
    rule = f" --rule {found.what}" if found.broken else ""
    return f"loopspec check {target}{rule} --scenario {shlex.quote(scenario)}"
