"""Draws the protocol table into the specification: `python tools/draw.py` (`--check` only looks).

A block between `<!-- drawn from the table: NAME -->` and `<!-- end -->` is replaced by the state
diagram of that routine, or by the rows as a markdown table; one that is `drawn from the machine` by
a table of `tables.py`; one that is `drawn from the trainers`, by what `flags_of_one.py` has kept.
"""

from __future__ import annotations

import re
import sys

import flags_of_one
import tables
from writing import ROOT, settle

from loopspec.machine.diagram import TITLES, diagram
from loopspec.machine.table import PROTOCOL

SPEC = ROOT / "spec"
BLOCK = re.compile(
    r"(<!-- drawn from the (?:table|machine|trainers): (\w+) -->\n).*?(<!-- end -->)", re.DOTALL
)


def rows() -> str:
    """The table of rows in markdown."""
    lines = ["| place | when | event | flags that fall | then |", "|---|---|---|---|---|"]
    for row in PROTOCOL:
        event = f"`{row.event}`" if row.event else f"«{row.enters}»" if row.enters else ""
        lines.append(
            f"| {row.place} | {' and '.join(row.when)} | {event} | {row.clears} | {row.then} |"
        )
    return "\n".join(lines) + "\n"


def drawn(text: str) -> str:
    """The text with every block drawn anew."""

    def block(match: re.Match[str]) -> str:
        name = match[2]
        if name == "rows":
            body = rows()
        elif name in tables.TABLES:
            body = tables.TABLES[name]()
        elif name in flags_of_one.SUBJECTS:
            body = flags_of_one.drawn(name)
        else:
            body = f"**{TITLES[name]}**\n\n```mermaid\n{diagram(name)}```\n"
        return f"{match[1]}\n{body}\n{match[3]}"

    return BLOCK.sub(block, text)


def main() -> int:
    chapters = sorted(SPEC.glob("*.md"))
    wanted = {path: drawn(path.read_text("utf-8")) for path in chapters}
    return settle(wanted, "python tools/draw.py")


if __name__ == "__main__":
    sys.exit(main())
