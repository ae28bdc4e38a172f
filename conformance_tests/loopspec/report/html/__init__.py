"""The report as a page: one self-contained file with a matrix of subjects and rules.

The page is made of the files beside this one, which are joined when it is written: `page.html`,
`page.css`, and the scripts of `js/`, in the order of `SCRIPTS`. It asks for nothing from outside.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

import msgspec

from loopspec.report.html.column import Column
from loopspec.report.html.data import page_data

SCRIPTS = (
    "data",
    "text",
    "table",
    "keys",
    "filters",
    "timeline",
    "legend",
    "rule",
    "subject",
    "detail",
    "main",
)
_HERE = Path(__file__).parent


def page(columns: Sequence[Column], *, title: str = "", spec: str = "") -> str:
    """The page of these subjects, in this order.

    Args:
        title: a heading; one is made if it is left out.
        spec: where the folder `spec` is seen from the page (a relative path or an address), so that
            rules are linked; without it they are only named.
    """
    title = title or _title(columns)
    data = msgspec.json.encode(page_data(columns, title=title, spec=spec))
    parts = {
        "title": escape(title),
        "style": _part("page.css"),
        # `</script>` in a text would end the element.
        "data": data.decode().replace("<", "\\u003c"),
        "script": "\n".join(_part(f"js/{name}.js") for name in SCRIPTS),
    }
    text = _part("page.html")
    head, *rest = text.split("{{ ")
    for piece in rest:
        name, _, tail = piece.partition(" }}")
        head += parts[name] + tail
    return f"{head}\n"


def _part(name: str) -> str:
    return (_HERE / name).read_text("utf-8").rstrip("\n")


def _title(columns: Sequence[Column]) -> str:
    if len(columns) != 1 or columns[0].by is None:
        return "How trainers call their callbacks"
    return f"How {columns[0].by.subject} calls its callbacks"
