"""A stretch of a trace as lines of plain text."""

from __future__ import annotations

from collections.abc import Sequence

from loopspec.report.stretch import Row

_HEAD = ("#", "event", "step", "flags", "callbacks")


def excerpt(rows: Sequence[Row]) -> str:
    """The rows as a table under a head, the one that is meant marked; empty without rows."""
    if not rows:
        return ""
    cells = [_HEAD, *map(_cells, rows)]
    widths = [max(len(row[n]) for row in cells) for n in range(len(_HEAD) - 1)]
    marks = [" ", *(">" if row.here else " " for row in rows)]
    lines = []
    for mark, row in zip(marks, cells, strict=True):
        padded = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        lines.append("  ".join([mark, *padded, row[-1]]).rstrip())
    return "\n".join(lines)


def _cells(row: Row) -> tuple[str, ...]:
    step = "-" if row.step is None else str(row.step)
    flags = f"{row.entry or '-'} → {row.exit or '-'}"
    return str(row.record), row.event, step, flags, "; ".join(row.acts)
