"""The specification as data: reads the rules from the chapters in `spec/`.

A rule is a third-level heading that is nothing but its id, and what follows up to the next heading:

    ### CTRL-3

    **MUST** One sentence, the rule.

    *Why:* one paragraph.

    - Needs: capabilities, comma-separated
    - Builds on: ids of rules that must hold for this one to say anything
    - Sources: P-76, B-39
    - In the wild: a bug report that this rule would have caught
    - Untestable: why no check can judge it; such a rule has none

    | variant | edition | what is seen |
    |---|---|---|
    | `own-event` | transformers-5 | ... |

and a fenced `python` block that runs. The chapters are the only place where a rule's words stand.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from loopspec.vocabulary import Capability, Edition, Level


class Variant(msgspec.Struct, frozen=True):
    """One of several behaviours that a rule names. Without editions it is allowed by each."""

    name: str
    editions: tuple[Edition, ...]
    what: str


class Rule(msgspec.Struct, frozen=True):
    """One rule as its chapter states it. `where` is the file and line of its heading."""

    id: str
    level: Level
    sentence: str
    why: str
    examples: tuple[str, ...]
    needs: frozenset[Capability]
    builds_on: tuple[str, ...]
    sources: tuple[str, ...]
    wild: str
    variants: tuple[Variant, ...]
    chapter: str
    where: str
    untestable: str = ""
    """Why the suite cannot judge it; empty for a rule that has a check."""

    @property
    def link(self) -> str:
        """Where to read it, relative to the repository."""
        return f"spec/{self.chapter}.md#{self.id.lower()}"

    def allows(self, variant: str, edition: Edition) -> bool:
        """Whether this variant conforms by `edition`; KeyError if the rule does not name it."""
        editions = {v.name: v.editions for v in self.variants}[variant]
        return not editions or edition in editions


class SpecError(ValueError):
    """A chapter that is not written as the top of this module says; the text names the line."""


def chapters_folder() -> Path:
    """`spec/` in the wheel, or in the repository when it runs from there."""
    shipped = Path(__file__).parent / "_spec"
    return shipped if shipped.is_dir() else Path(__file__).parents[2] / "spec"


@functools.cache
def rules() -> dict[str, Rule]:
    """All rules by id, in the order of the chapters.

    Raises:
        SpecError: a chapter is malformed, or an id stands twice.
    """
    found: dict[str, Rule] = {}
    for path in sorted(chapters_folder().glob("[0-9]*.md")):
        for rule in read_chapter(path):
            if rule.id in found:
                raise SpecError(f"{rule.where}: {rule.id} stands already at {found[rule.id].where}")
            found[rule.id] = rule
    for rule in found.values():
        missing = [other for other in rule.builds_on if other not in found]
        if missing:
            raise SpecError(
                f"{rule.where}: {rule.id} builds on {', '.join(missing)}, which no chapter states"
            )
    return found


def by_number(rule: str) -> tuple[str, int]:
    """What sorts the ids of rules by prefix and number: `CTRL-3` before `CTRL-12`."""
    prefix, _, number = rule.rpartition("-")
    return prefix, int(number)


def judged_rules() -> dict[str, Rule]:
    """The rules that the suite can judge, which are all but the untestable ones."""
    return {name: rule for name, rule in rules().items() if not rule.untestable}


_HEADING = re.compile(r"^### ([A-Z]+-\d+)$")
_LEVEL = re.compile(r"^\*\*(MUST|SHOULD|MAY)\*\* ")
_VARIANT = re.compile(r"^\| `([\w-]+)` \| ([^|]*) \| ([^|]*) \|$")


def read_chapter(path: Path) -> Iterator[Rule]:
    """The rules of one chapter."""
    lines = path.read_text("utf-8").splitlines()
    starts = [n for n, line in enumerate(lines) if _HEADING.match(line)]
    for start in starts:
        end = next(
            (n for n in range(start + 1, len(lines)) if re.match(r"^#{1,3} ", lines[n])), len(lines)
        )
        yield _read_rule(lines[start:end], path.stem, f"{path.name}:{start + 1}")


def _read_rule(lines: list[str], chapter: str, where: str) -> Rule:
    name = lines[0].removeprefix("### ")
    prose, examples = _split_examples(lines[1:])
    paragraphs = [" ".join(part.split()) for part in "\n".join(prose).split("\n\n")]
    stated = next((part for part in paragraphs if _LEVEL.match(part)), None)
    if stated is None:
        raise SpecError(
            f"{where}: {name} has no paragraph that begins with **MUST**, **SHOULD** or **MAY**"
        )
    why = next(
        (part.removeprefix("*Why:* ") for part in paragraphs if part.startswith("*Why:* ")), ""
    )
    if not why or not examples:
        raise SpecError(
            f"{where}: {name} lacks a "
            + ("*Why:* paragraph" if not why else "python block with an example")
        )
    fields = _fields(prose)
    try:
        return Rule(
            id=name,
            level=Level(stated[2:].partition("**")[0]),
            sentence=_LEVEL.sub("", stated),
            why=why,
            examples=tuple(examples),
            needs=frozenset(map(Capability, _words(fields.get("Needs", "")))),
            builds_on=_words(fields.get("Builds on", "")),
            sources=_words(fields.get("Sources", "")),
            wild=fields.get("In the wild", ""),
            variants=tuple(_variants(prose)),
            chapter=chapter,
            where=where,
            untestable=fields.get("Untestable", ""),
        )
    except ValueError as error:
        raise SpecError(f"{where}: {name}: {error}") from None


def _split_examples(lines: list[str]) -> tuple[list[str], list[str]]:
    """The prose, and the text of each python block."""
    prose: list[str] = []
    examples: list[str] = []
    inside = False
    for line in lines:
        if line.startswith("```"):
            inside = line == "```python"
            if inside:
                examples.append("")
        elif inside:
            examples[-1] += line + "\n"
        else:
            prose.append(line)
    return prose, examples


def _fields(prose: list[str]) -> dict[str, str]:
    """The list items `- Name: text`, each with its indented continuation lines."""
    items: list[str] = []
    for line in prose:
        if line.startswith("- "):
            items.append(line[2:])
        elif items and line.startswith("  "):
            items[-1] += " " + line.strip()
    return {name: text.strip() for name, _, text in (item.partition(":") for item in items)}


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _variants(prose: list[str]) -> Iterator[Variant]:
    for match in filter(None, map(_VARIANT.match, prose)):
        name, editions, what = (part.strip() for part in match.groups())
        listed = () if editions == "any" else tuple(map(Edition, _words(editions)))
        yield Variant(name, listed, what)
