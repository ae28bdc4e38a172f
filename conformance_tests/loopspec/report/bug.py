"""One broken rule as a bug report that the maintainers of the trainer can act on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from loopspec.report.excerpt import excerpt
from loopspec.report.json import JsonEvidence
from loopspec.report.stretch import Row
from loopspec.spec import Rule
from loopspec.vocabulary import Flag


def bug_report(
    rule: Rule,
    verdict: str,
    evidence: JsonEvidence,
    *,
    seen: str = "",
    repeat: str = "",
    depth: int = 3,
) -> str:
    """The report as Markdown: the rule, why it matters, what was run, what was due, what came.

    Args:
        seen: how often it was seen, in words.
        repeat: the command that shows it again.
        depth: of the heading.
    """
    parts = [
        f"{'#' * depth} {rule.id} {rule.level}: {verdict}",
        f"**The rule.** {rule.sentence}",
        f"**Why it matters.** {rule.why}",
        *evidence_parts(evidence),
    ]
    if seen:
        parts.append(seen)
    if repeat:
        parts.append("**To see it again:**")
        parts.append(fenced(repeat, "console"))
    parts.append(f"Sources: {', '.join((*rule.sources, f'`{rule.link}`'))}.")
    return "\n\n".join(parts) + "\n"


def evidence_parts(evidence: JsonEvidence) -> Iterator[str]:
    """What was run, what happened there, what was due and what came: a paragraph each."""
    yield f"**Scenario.** {escaped(evidence.scenario_text)}"
    if evidence.process is not None:
        yield f"**Process.** {evidence.process}"
    if evidence.stretch:
        yield fenced(excerpt(evidence.stretch), "text")
        yield from _legend(evidence.stretch)
    yield f"**Expected:** {escaped(evidence.expected)}<br>\n**Got:** {escaped(evidence.got)}"


def _legend(rows: Sequence[Row]) -> Iterator[str]:
    """What the letters of the flags mean, if there are any."""
    letters = {letter for row in rows for letter in row.entry + row.exit}
    if letters:
        named = (f"{flag.value} is `{flag.field}`" for flag in Flag if flag in letters)
        yield (
            "Flags are those that the first callback finds → those that the last one leaves: "
            f"{', '.join(named)}."
        )


def fenced(text: str, language: str) -> str:
    """A block of code, whatever is in it."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def escaped(text: str) -> str:
    """Text in one line that Markdown shows as it is, also in a cell of a table."""
    line = " ".join(text.split())
    # An underscore within a word is no emphasis.
    return re.sub(r"[\\`*{}\[\]<>#&|~$]|(?<![^\W_])_|_(?![^\W_])", r"\\\g<0>", line)
