"""Writes the index of all rules, `spec/README.md` (`--check` only looks).

By chapter, with each sentence; then by level, by flag and by event. A rule speaks of a flag or an
event that its sentence or its example names.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable

from writing import ROOT, settle

from loopspec.spec import Rule, chapters_folder, rules
from loopspec.vocabulary import Event, Flag, Level

INDEX = ROOT / "spec" / "README.md"


def index() -> str:
    """The text of the index, made from the chapters."""
    levels = Counter(rule.level for rule in rules().values())
    counted = ", ".join(f"{count} {level}" for level, count in levels.items())
    lines = [
        "# The rules",
        "",
        f"{len(rules())} rules: {counted}. [How to read them](01-reading.md) · "
        "[the loop as a table](12-the-loop.md) · by [level](#by-level), [flag](#by-flag), "
        "[event](#by-event)",
        *_by_chapter(),
        *_by("level", Level, lambda rule, level: rule.level == level),
        *_by("flag", [flag.field for flag in Flag], _names),
        *_by("event", Event, _names),
    ]
    return "\n".join(lines) + "\n"


def _by_chapter() -> list[str]:
    by_chapter: dict[str, list[Rule]] = {}
    for rule in rules().values():
        by_chapter.setdefault(rule.chapter, []).append(rule)
    lines = []
    for chapter, stated in by_chapter.items():
        lines += [
            "",
            f"## [{_title(chapter)}]({chapter}.md)",
            "",
            "| rule | level | |",
            "|---|---|---|",
        ]
        lines += [f"| {_link(r)} | {r.level} | {_cell(r.sentence)} |" for r in stated]
    return lines


def _by(kind: str, words: Iterable[str], belongs: Callable[[Rule, str], bool]) -> list[str]:
    """A table of the rules that belong to each word."""
    lines = ["", f"## By {kind}", "", f"| {kind} | rules |", "|---|---|"]
    for word in words:
        mine = [_link(rule) for rule in rules().values() if belongs(rule, word)]
        shown = word if kind == "level" else f"`{word}`"
        lines.append(f"| {shown} | {' '.join(mine) or 'none'} |")
    return lines


def _names(rule: Rule, word: str) -> bool:
    """Whether the sentence or an example has this word, also as `Event.STEP_END` is written."""
    written = {word, f"Event.{Event(word).name}"} if word in set(Event) else {word}
    text = "\n".join((rule.sentence, *rule.examples))
    return any(re.search(rf"\b{re.escape(one)}\b", text) for one in written)


def _link(rule: Rule) -> str:
    return f"[{rule.id}]({rule.chapter}.md#{rule.id.lower()})"


def _title(chapter: str) -> str:
    text = (chapters_folder() / f"{chapter}.md").read_text("utf-8")
    return text.splitlines()[0].removeprefix("# ")


def _cell(sentence: str) -> str:
    return sentence.replace("|", "\\|")


def main() -> int:
    return settle({INDEX: index()}, "python tools/write_index.py")


if __name__ == "__main__":
    sys.exit(main())
