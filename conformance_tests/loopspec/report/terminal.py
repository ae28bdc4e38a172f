"""The report for a person at a terminal: what is broken first, each on one screen."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterable

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from loopspec.report.again import again
from loopspec.report.chapters import COLUMNS, chapters
from loopspec.report.model import Evidence, Report, RuleResult
from loopspec.report.stretch import stretch
from loopspec.trace import Provenance
from loopspec.vocabulary import Verdict

_STYLES = {
    Verdict.PASS: "green",
    Verdict.FAIL: "bold red",
    Verdict.ERROR: "bold red",
    Verdict.STALE: "bold red",
    Verdict.KNOWN: "yellow",
    Verdict.BLOCKED: "yellow",
    Verdict.NOT_EXERCISED: "yellow",
    Verdict.NOT_APPLICABLE: "dim",
}


def show(
    report: Report,
    console: Console,
    *,
    repeat: str = "",
    verbose: bool = False,
    strict: bool = False,
) -> None:
    """Print a report.

    Args:
        repeat: the command that made it, to be repeated for one rule.
        verbose: all rules, not only what needs attention.
        strict: a SHOULD counts like a MUST.
    """
    console.print(_header(report))
    _show_lines("Look at the adapter first", map(Text, report.doubts), console)
    for result in report.failures:
        console.print()
        show_failure(result, console, again(repeat, result, report.edition))
    for crash in report.loose_crashes:
        console.print()
        _show_crash(crash, console)
    _show_lines(
        "Known deviations", (_known(r) for r in report.with_verdict(Verdict.KNOWN)), console
    )
    _show_lines("Blocked", (_line(r) for r in report.with_verdict(Verdict.BLOCKED)), console)
    _show_lines("Not exercised", (_line(r) for r in report.gaps), console)
    _show_lines("Variants", _variants(report, verbose), console)
    _show_lines("What the adapter decides, not the trainer", _adapted(report), console)
    _show_lines("Scenarios that the adapter leaves out", _left_out(report), console)
    if verbose:
        _show_lines("All rules", (_line(r) for r in report.results), console)
    console.print()
    console.print(_chapters(report))
    console.print(conclusion(report, strict=strict))


def conclusion(report: Report, *, strict: bool = False) -> Text:
    """The last line: whether the subject conforms, and what it does not conform to."""
    who = report.by.subject if report.by else "nothing"
    if not report.judged:
        return Text(f"{who}: nothing was judged", "bold yellow")
    if report.conforms(strict=strict):
        known = [result.rule.id for result in report.with_verdict(Verdict.KNOWN)]
        but = f", but for known deviations: {', '.join(known)}" if known else ""
        return Text(f"{who} conforms{but}", "bold green")
    causes = [result.rule.id for result in report.broken(strict=strict)]
    causes += [f"scenario {crash.trace.scenario.name}" for crash in report.loose_crashes]
    return Text(f"{who} does not conform: {', '.join(causes)}", "bold red")


def result_text(result: RuleResult, repeat: str = "") -> str:
    """One result with its evidence, as plain text."""
    return _plain(lambda console: show_failure(result, console, repeat))


def crash_text(crash: Evidence) -> str:
    """A scenario that was not played to its end, as plain text."""
    return _plain(lambda console: _show_crash(crash, console))


def _plain(print_to: Callable[[Console], None]) -> str:
    buffer = io.StringIO()
    print_to(Console(file=buffer, width=100, color_system=None, highlight=False, emoji=False))
    return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines())


def made_by(by: Provenance | None) -> Text:
    """Who made the traces, and with which packages."""
    packages = ", ".join(f"{name} {version}" for name, version in by.packages.items()) if by else ""
    return Text.assemble(
        (by.subject if by else "no traces", "bold"),
        f" {by.version}" if by and by.version != "unknown" else "",
        f" ({packages})" if packages else "",
    )


def _header(report: Report) -> Text:
    counts = Counter(result.verdict for result in report.results)
    told = ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict if counts[verdict])
    return made_by(report.by).append(
        f", edition {report.edition}: "
        f"{report.traces} scenarios, {len(report.results)} rules: {told or 'none'}"
    )


def show_failure(result: RuleResult, console: Console, repeat: str = "") -> None:
    """Print one result with its evidence, and the command that shows it again."""
    rule = result.rule
    style = _STYLES[result.verdict]
    head = Text.assemble((f"{result.verdict} {rule.id} ", style), (f"{rule.level} ", "bold"))
    console.print(head.append(rule.sentence))
    if result.verdict is Verdict.STALE or result.evidence is None:
        _inset(console, result.message)
    else:
        show_evidence(result.evidence, console)
        if result.against > 1:
            _inset(console, f"and {result.against - 1} more of {result.observations} observations")
    facts = {
        "why it matters": rule.why,
        "sources": ", ".join((*rule.sources, rule.link)),
        "in the wild": rule.wild,
    }
    for name, text in facts.items():
        if text:
            _fact(console, name, text)
    if repeat:
        # One line, however long, so that it can be copied.
        console.print(Text.assemble("  ", ("repeat: ", "dim"), repeat), soft_wrap=True)


def _show_crash(crash: Evidence, console: Console) -> None:
    console.print(Text.assemble(("error ", "bold red"), str(crash.trace.scenario)))
    show_evidence(crash, console)


def show_evidence(evidence: Evidence, console: Console) -> None:
    """Print where something went wrong: the scenario, the records around it, what was due there."""
    _fact(console, "scenario", str(evidence.trace.scenario))
    if evidence.process:
        _fact(console, "process", str(evidence.trace.rank))
    rows = stretch(evidence.trace, evidence.at)
    if rows:
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
        for name in ("", "#", "event", "step", "flags", "callbacks"):
            table.add_column(name, no_wrap=name != "callbacks")
        for row in rows:
            table.add_row(
                Text(">" if row.here else " "),
                Text(str(row.record)),
                Text(row.event),
                Text("-" if row.step is None else str(row.step)),
                Text(f"{row.entry or '-'} → {row.exit or '-'}"),
                Text("; ".join(row.acts)),
                style="bold red" if row.here else "",
            )
        console.print(Padding(table, (0, 0, 0, 2), expand=False))
    _fact(console, "expected", evidence.expected)
    _fact(console, "got", evidence.got)


def _fact(console: Console, name: str, text: str) -> None:
    _inset(console, Text.assemble((f"{name}: ", "dim"), text))


def _inset(console: Console, text: Text | str) -> None:
    """Print a paragraph two columns in, without the trailing blanks that rich's padding leaves."""
    for line in Text.assemble(text).wrap(console, console.width - 2):
        line.rstrip()
        console.print(Text.assemble("  ", line))


def _show_lines(title: str, lines: Iterable[Text], console: Console) -> None:
    for n, line in enumerate(lines):
        if not n:
            console.print()
            console.print(Text(title, "bold"))
        _inset(console, line)


def _line(result: RuleResult) -> Text:
    name = (f"{result.verdict} {result.rule.id} ", _STYLES[result.verdict])
    return Text.assemble(name, f"{result.level}: {result.message}")


def _known(result: RuleResult) -> Text:
    link = f" ({result.known.link})" if result.known and result.known.link else ""
    return Text.assemble((result.rule.id, "yellow"), f" {result.level}: {result.reason}{link}")


def _adapted(report: Report) -> Iterable[Text]:
    """What is not judged because the adapter does it in the trainer's place, with its rules."""
    for name, how in (report.by.adapted if report.by else {}).items():
        silent = ", ".join(r.rule.id for r in report.results if r.adapted == name)
        yield Text.assemble((name, "bold"), f": {how}", f" (not judged: {silent})" * bool(silent))


def _left_out(report: Report) -> Iterable[Text]:
    """The scenarios by what they ask for that the trainer has nothing of."""
    for reason in dict.fromkeys(report.left_out.values()):
        names = ", ".join(name for name, why in report.left_out.items() if why == reason)
        yield Text.assemble((reason, "bold"), f": {names}")


def _variants(report: Report, counted: bool) -> list[Text]:
    """What was seen where a rule names variants; all in one paragraph unless counted."""
    lines = []
    for result in report.results:
        if result.variants:
            names = (f"{name} ({n})" if counted else name for name, n in result.variants.items())
            lines.append(Text.assemble((result.rule.id, "bold"), f" {', '.join(names)}"))
    return lines if counted or not lines else [Text(" · ").join(lines)]


def _chapters(report: Report) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for name in ("chapter", "rules", *COLUMNS, "observations"):
        table.add_column(name, justify="left" if name == "chapter" else "right")
    for row in chapters(report):
        table.add_row(row.chapter, *(str(cell or "-") for cell in row.cells))
    return table
