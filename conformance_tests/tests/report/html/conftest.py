"""A real browser and pages for it to open. Without one its tests are skipped, and say so."""

from __future__ import annotations

import functools
import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from loopspec import check
from loopspec.mutants.subject import mutant_subject
from loopspec.report.html import page
from loopspec.report.html.column import Column, column_of
from loopspec.report.json import as_json

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BROKEN = ("saves-after-each-epoch", "keeps-training-stop", "no-optimizer-step")
PATIENCE = 180_000
"""Milliseconds for one thing to happen, on a machine that is busy with others."""
SCENARIOS = ("plain", "all-due-per-epoch", "stop-then-train-again", "epoch-stop")


def executable() -> str | None:
    """The browser that is to be tested with; `LOOPSPEC_CHROMIUM` names another one."""
    return os.environ.get("LOOPSPEC_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Chromium, driven by Playwright."""
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="Playwright is not installed: pip install --group browser"
    )
    path = executable()
    if path is None:
        pytest.skip(f"no browser is installed: none of {', '.join(NAMES)} is found")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@functools.cache
def few() -> tuple[Column, ...]:
    """Three subjects that break rules, each judged in a few scenarios."""
    made = []
    for name in BROKEN:
        report = check(mutant_subject(f"mutant:{name}"), scenarios=SCENARIOS, processes=0)
        made.append(column_of(as_json(report, command=f"loopspec check mutant:{name}")))
    return tuple(made)


@functools.cache
def versions(count: int) -> tuple[Column, ...]:
    """So many subjects, each of a version of its own."""
    made = []
    for number, column in zip(range(count), itertools.cycle(few()), strict=False):
        assert column.by is not None
        by = msgspec.structs.replace(column.by, version=f"{number}.0")
        made.append(msgspec.structs.replace(column, by=by))
    return tuple(made)


@pytest.fixture(scope="session")
def columns() -> tuple[Column, ...]:
    """The subjects of a page that is opened without naming any."""
    return few()


@pytest.fixture(scope="session")
def many() -> Callable[[int], tuple[Column, ...]]:
    """Makes as many subjects as are asked for."""
    return versions


class Opened:
    """A page in a window of its own, with all that it said and asked for."""

    def __init__(self, window: Any, place: str) -> None:
        self.window = window
        self.said: list[str] = []
        self.asked: list[str] = []
        window.on("console", lambda message: self.said.append(message.text))
        window.on("pageerror", lambda error: self.said.append(str(error)))
        window.on("request", lambda request: self.asked.append(request.url))
        window.goto(place)

    def cell(self, rule: str, subject: int) -> Any:
        """The cell of a rule and of the subject in a column, counted from 1."""
        row = self.window.locator("tr", has=self.window.locator(f"th b:text-is('{rule}')"))
        return row.locator("td").nth(subject - 1)

    def rules(self) -> list[str]:
        """The rules that are shown."""
        texts: list[str] = self.window.locator("#matrix tr[data-rule] b").all_text_contents()
        return texts

    def focused(self) -> str:
        """What has the focus: a cell as `RULE column`, another element by its id or tag."""
        found: str = self.window.evaluate(
            """() => {
                const { activeElement: at } = document;
                if (!at.matches("#matrix *")) return at.id || at.tagName.toLowerCase();
                const rule = at.parentElement.querySelector("b")?.textContent ?? "head";
                return `${rule} ${at.cellIndex}`;
            }"""
        )
        return found


Open = Callable[..., Opened]


@pytest.fixture
def opened(chromium: Any, tmp_path: Path) -> Iterator[Open]:
    """Opens a page of these columns; the options are those of a browser's context."""
    contexts = []

    def open_(shown: tuple[Column, ...] | None = None, at: str = "", **options: Any) -> Opened:
        file = tmp_path / f"page-{len(contexts)}.html"
        file.write_text(page(shown or few(), spec="../spec"), "utf-8")
        context = chromium.new_context(viewport={"width": 1280, "height": 900}, **options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        return Opened(context.new_page(), file.as_uri() + at)

    yield open_
    for context in contexts:
        context.close()
