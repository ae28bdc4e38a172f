"""Writes the index of all rules, `spec/README.md` (`--check` only looks)."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from loopspec.spec import Rule, chapters_folder, rules

INDEX = Path(__file__).parents[1] / "spec" / "README.md"


def index() -> str:
    """The text of the index, made from the chapters."""
    by_chapter: dict[str, list[Rule]] = {}
    for rule in rules().values():
        by_chapter.setdefault(rule.chapter, []).append(rule)
    levels = Counter(rule.level for rule in rules().values())
    counted = ", ".join(f"{count} {level}" for level, count in levels.items())
    lines = [
        "# The rules",
        "",
        f"{len(rules())} rules: {counted}. [How to read them](01-reading.md) · "
        "[the loop as a table](12-the-loop.md)",
    ]
    for chapter, stated in by_chapter.items():
        lines += [
            "",
            f"## [{_title(chapter)}]({chapter}.md)",
            "",
            "| rule | level | |",
            "|---|---|---|",
        ]
        lines += [
            f"| [{r.id}]({r.chapter}.md#{r.id.lower()}) | {r.level} | {_cell(r.sentence)} |"
            for r in stated
        ]
    return "\n".join(lines) + "\n"


def _title(chapter: str) -> str:
    text = (chapters_folder() / f"{chapter}.md").read_text("utf-8")
    return text.splitlines()[0].removeprefix("# ")


def _cell(sentence: str) -> str:
    return sentence.replace("|", "\\|")


def main() -> int:
    current = INDEX.read_text("utf-8") if INDEX.exists() else ""
    if current == index():
        return 0
    if "--check" in sys.argv[1:]:
        print("spec/README.md is not the index of these chapters; run python tools/write_index.py")
        return 1
    INDEX.write_text(index(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
