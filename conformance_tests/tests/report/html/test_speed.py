"""Fifty subjects by all rules open in a blink: what that costs, beside a bare table that large."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from loopspec.report.html import page
from loopspec.spec import judged_rules

SUBJECTS = 50
CELLS = SUBJECTS * len(judged_rules())


def spent(page: Any, url: str) -> float:
    """Seconds of a processor that the page takes until it is drawn, whatever else the machine is
    doing meanwhile: parsing, scripts, style and layout."""
    client = page.window.context.new_cdp_session(page.window)
    client.send("Performance.enable", {"timeDomain": "threadTicks"})
    taken = []
    for place in ("about:blank", url):
        page.window.goto(place)
        page.window.evaluate("document.body.getBoundingClientRect()")
        metrics = client.send("Performance.getMetrics")["metrics"]
        taken.append(next(one["value"] for one in metrics if one["name"] == "TaskDuration"))
    client.detach()
    # A page of another place may get a process of its own, which counts from nothing.
    return taken[1] - taken[0] if taken[1] > taken[0] else taken[1]


def bare(folder: Path) -> str:
    """A page with nothing but a table of as many cells, each with a word."""
    row = f"<tr>{'<td>pass</td>' * SUBJECTS}</tr>"
    file = folder / "bare.html"
    file.write_text(f"<!doctype html><title>t</title><table>{row * len(judged_rules())}</table>")
    return file.as_uri()


def test_the_file_is_small_for_what_it_holds(many: Any) -> None:
    size = len(page(many(SUBJECTS)).encode())
    # A bare table takes thirteen bytes for a cell.
    assert size < 60 * CELLS, f"{size} bytes for {CELLS} cells"


def test_the_document_holds_little_more_than_the_cells(opened: Any, many: Any) -> None:
    window = opened(many(SUBJECTS)).window
    assert window.locator("#matrix td").count() == CELLS
    count = window.evaluate("document.querySelectorAll('*').length")
    assert count < 1.25 * CELLS, f"{count} elements for {CELLS} cells"
    assert window.evaluate("document.querySelectorAll('svg, dialog *').length") == 0


def test_what_is_out_of_sight_is_not_laid_out(opened: Any, many: Any) -> None:
    window = opened(many(SUBJECTS)).window
    laid_out = "row => row.checkVisibility({ contentVisibilityAuto: true })"
    rows = window.locator("#matrix tr[data-rule]")
    assert rows.first.evaluate(laid_out)
    assert not rows.last.evaluate(laid_out)
    rows.last.scroll_into_view_if_needed()
    window.wait_for_timeout(200)
    assert rows.last.evaluate(laid_out)


def test_it_takes_no_more_than_a_few_bare_tables_of_that_size(
    opened: Any, many: Any, tmp_path: Path
) -> None:
    page = opened(many(SUBJECTS))
    place = page.window.url
    table, drawn = spent(page, bare(tmp_path)), spent(page, place)
    assert 0 < drawn < 3 * table, (drawn, table)


def test_opening_a_cell_adds_what_it_shows_and_closing_takes_it_away(
    opened: Any, many: Any
) -> None:
    page = opened(many(SUBJECTS))
    count = "document.querySelectorAll('*').length"
    before = page.window.evaluate(count)
    page.cell("EVT-38", 1).click()
    assert 50 < page.window.evaluate(count) - before < 400
    page.window.keyboard.press("Escape")
    assert page.window.evaluate(count) == before
