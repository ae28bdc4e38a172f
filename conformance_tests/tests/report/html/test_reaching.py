"""The page in a real browser: by keys, read aloud, on a phone, in the dark, on paper."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pytest

FAILED = "EVT-38"


def press(page: Any, *keys: str) -> str:
    """What has the focus after these keys."""
    for key in keys:
        page.window.keyboard.press(key)
    found: str = page.focused()
    return found


def test_one_cell_is_a_stop_for_tab(opened: Any) -> None:
    page = opened()
    page.window.locator("#all").focus()
    assert press(page, "Tab") == "EVT-1 1"
    assert page.window.locator("#matrix [tabindex]").count() == 1
    assert not press(page, "Tab").startswith("EVT")


def test_every_control_is_reached_by_tab(opened: Any) -> None:
    page = opened()
    reached = [press(page, "Tab") for _ in range(20)]
    assert reached[:3] == ["text", "chapter", "level"]
    assert "differing" in reached
    assert "all" in reached


MOVES = {
    "ArrowRight": "EVT-1 2",
    "ArrowLeft": "EVT-1 0",
    "ArrowUp": "head 1",
    "ArrowDown": "EVT-2 1",
    "End": "EVT-1 3",
    "Home": "EVT-1 0",
    "Control+Home": "head 0",
}


@pytest.mark.parametrize("key", MOVES)
def test_arrows_move_through_the_matrix(key: str, opened: Any) -> None:
    page = opened()
    page.window.locator("#all").focus()
    assert press(page, "Tab", key) == MOVES[key]


def test_it_ends_at_its_edges_and_passes_over_the_heads_of_chapters(opened: Any) -> None:
    page = opened()
    rules = page.rules()
    page.window.locator("#all").focus()
    assert press(page, "Tab", "Control+End", "ArrowDown", "ArrowRight") == f"{rules[-1]} 3"
    seen = {press(page, "ArrowUp") for _ in range(len(rules) + 3)}
    assert {place.split()[0] for place in seen} == {*rules, "head"} - {rules[-1]}
    page_down = press(page, "PageDown")
    assert page_down == f"{rules[9]} 3"


def test_the_cell_with_the_focus_is_in_sight(opened: Any) -> None:
    page = opened()
    page.window.locator("#all").focus()
    press(page, "Tab", "PageDown", "PageDown", "PageDown", "PageDown")
    inside = page.window.evaluate(
        """() => {
            const cell = document.activeElement.getBoundingClientRect();
            const head = document.querySelector("#matrix thead th").getBoundingClientRect();
            return cell.top >= head.bottom - 1 && cell.bottom <= innerHeight + 1;
        }"""
    )
    assert inside


@pytest.mark.parametrize("key", ["Enter", " "])
def test_a_key_opens_a_cell_and_escape_comes_back_to_it(key: str, opened: Any) -> None:
    page = opened()
    page.window.locator("#all").focus()
    press(page, "Tab", "ArrowDown", "ArrowRight", key)
    assert page.window.locator("#detail").is_visible()
    assert page.window.evaluate(
        "document.querySelector('#detail').contains(document.activeElement)"
    )
    assert press(page, "Escape") == "EVT-2 2"
    assert page.window.locator("#detail").is_hidden()


def test_the_chosen_cell_stays_chosen_through_a_filter(opened: Any) -> None:
    page = opened()
    page.cell(FAILED, 2).click()
    press(page, "Escape")
    page.window.locator("#text").fill("on_save")
    page.window.locator("#all").focus()
    assert press(page, "Tab") == f"{FAILED} 2"


def _open_failure(page: Any) -> None:
    page.cell(FAILED, 1).click()
    page.window.locator("#detail summary").click()


def _open_subject(page: Any) -> None:
    page.window.locator("#matrix thead th").nth(1).click()


STATES: dict[str, Callable[[Any], None]] = {
    "the matrix": lambda page: None,
    "a failure": _open_failure,
    "a pass": lambda page: page.cell("EVT-1", 1).click(),
    "a subject": _open_subject,
    "a filter": lambda page: page.window.locator("[name=verdict]").first.check(force=True),
}
SCREENS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {"color_scheme": "light", "screen": {"width": 390, "height": 800}},
}


def findings(page: Any) -> list[str]:
    """What axe-core complains of that matters."""
    page.window.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8"))
    found = page.window.evaluate("axe.run()")["violations"]
    return [
        f"{one['impact']} {one['id']}: {one['nodes'][0]['html'][:120]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


LOOKED_AT = [
    *((state, screen) for state in STATES for screen in ("light", "dark")),
    *((state, "phone") for state in ("the matrix", "a failure")),
]


@pytest.mark.parametrize(("state", "screen"), LOOKED_AT)
def test_axe_finds_nothing_serious(state: str, screen: str, opened: Any, many: Any) -> None:
    pytest.importorskip(
        "axe_playwright_python", reason="axe-core is not installed: --group browser"
    )
    page = opened(many(5), reduced_motion="reduce", bypass_csp=True, **SCREENS[screen])
    if screen == "phone":
        page.window.set_viewport_size({"width": 390, "height": 800})
    STATES[state](page)
    assert findings(page) == []


def test_axe_would_find_something(opened: Any) -> None:
    pytest.importorskip(
        "axe_playwright_python", reason="axe-core is not installed: --group browser"
    )
    page = opened(bypass_csp=True)
    page.window.evaluate(
        "document.querySelector('#text').closest('label').replaceWith(control)".replace(
            "control", "document.querySelector('#text')"
        )
    )
    page.window.evaluate("document.querySelector('#text').removeAttribute('placeholder')")
    assert any("critical label" in finding for finding in findings(page))


def test_light_and_dark_are_two_sets_of_colours(opened: Any) -> None:
    paper = "getComputedStyle(document.body).backgroundColor"
    shades = [opened(color_scheme=one).window.evaluate(paper) for one in ("light", "dark")]
    numbers = [sum(map(int, shade[4:-1].split(","))) for shade in shades]
    assert numbers[0] > 700
    assert numbers[1] < 100


@pytest.mark.parametrize("width", [320, 390, 768])
def test_a_narrow_window_scrolls_the_matrix_alone(width: int, opened: Any, many: Any) -> None:
    page = opened(many(30))
    page.window.set_viewport_size({"width": width, "height": 700})
    assert page.window.evaluate("document.documentElement.scrollWidth") <= width
    assert (
        page.window.evaluate("scroll => 0, document.querySelector('#scroll').scrollWidth") > width
    )
    page.cell(FAILED, 1).click()
    # The detail slides in; where it is can be told when it has arrived.
    page.window.evaluate("Promise.all(document.getAnimations().map(one => one.finished))")
    assert page.window.evaluate("document.querySelector('#detail').scrollWidth") <= width
    drawing = page.window.locator("#detail svg").bounding_box()
    assert drawing["x"] >= 0
    assert drawing["x"] + drawing["width"] <= width


def test_on_paper_the_whole_matrix_is_there_and_no_controls(opened: Any, many: Any) -> None:
    page = opened(many(12))
    page.window.emulate_media(media="print")
    assert page.window.locator("#filters").is_hidden()
    scroll = page.window.evaluate(
        "(({ scrollHeight, clientHeight }) => [scrollHeight, clientHeight])"
        "(document.querySelector('#scroll'))"
    )
    assert scroll[0] <= scroll[1] + 2
    assert page.window.locator("#matrix tbody tr").last.is_visible()
    assert page.window.pdf().startswith(b"%PDF")


def test_an_open_cell_is_printed_alone(opened: Any) -> None:
    page = opened()
    page.cell(FAILED, 1).click()
    page.window.emulate_media(media="print")
    assert page.window.locator("#matrix").is_hidden()
    assert page.window.locator("#detail svg").is_visible()
    assert page.window.locator("#detail .close").is_hidden()
