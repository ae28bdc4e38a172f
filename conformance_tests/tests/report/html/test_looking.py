"""The page in a real browser: what a person sees."""

from __future__ import annotations

from typing import Any

import pytest

from loopspec.report.html.data import page_data
from loopspec.spec import rules

FAILED = "EVT-38"
"""A rule that the first subject breaks: it saves twice."""
SUBJECT = "mutant:saves-after-each-epoch"


def test_nothing_is_asked_for_and_nothing_is_complained_of(opened: Any) -> None:
    page = opened()
    page.cell(FAILED, 1).click()
    page.window.keyboard.press("Escape")
    page.window.locator("#text").fill("save")
    assert page.said == []
    assert page.asked == [page.window.url.partition("#")[0]]


def test_the_matrix_shows_every_verdict(opened: Any, columns: Any) -> None:
    page = opened()
    data = page_data(columns, title="", spec="")
    assert page.rules() == [rule["id"] for rule in data["rules"]]
    shown = page.window.evaluate(
        "[...document.querySelectorAll('#matrix tr[data-rule]')]"
        ".map(row => [...row.querySelectorAll('td')].map(cell => cell.textContent))"
    )
    for number, words in enumerate(shown):
        letters = [subject["verdicts"][number] for subject in data["subjects"]]
        assert words == [data["letters"][letter] for letter in letters]
    heads = page.window.locator("#matrix thead th").all_inner_texts()
    for head, subject in zip(heads[1:], data["subjects"], strict=True):
        broken = sum(letter in "fesb" for letter in subject["verdicts"])
        assert " ".join(head.split()) == f"{subject['name']} {broken} broken, does not conform"


def test_behind_a_failure_is_all_that_a_maintainer_needs(opened: Any) -> None:
    page = opened()
    page.cell(FAILED, 1).click()
    detail = page.window.locator("#detail")
    said = " ".join(detail.inner_text().split())
    rule = rules()[FAILED]
    for part in (
        FAILED,
        "MUST",
        rule.sentence.replace("`", ""),
        rule.why.replace("`", ""),
        f"fail {SUBJECT}",
        "Expected one on_save for a checkpoint",
        "Got another right after it",
        "Scenario all-due-per-epoch: 2 epochs",
        "First difference: expected nothing, got on_save at step 2",
        f"loopspec check {SUBJECT} --rule {FAILED} --scenario all-due-per-epoch",
    ):
        assert part in said, part
    link = detail.locator(".sources a")
    assert link.get_attribute("href") == "../spec/02-events.md#evt-38"


def test_the_timeline_is_drawn_with_the_first_difference_marked(opened: Any) -> None:
    page = opened()
    assert page.window.locator("svg").count() == 0
    page.cell(FAILED, 1).click()
    drawing = page.window.locator("#detail svg")
    assert drawing.get_attribute("role") == "img"
    assert drawing.get_attribute("aria-label").startswith("First difference: expected nothing")
    assert drawing.locator(".first-difference").count() == 1
    band = drawing.locator(".first-difference rect").bounding_box()
    extra = drawing.locator(".came text.differs.first")
    assert extra.text_content() == "save"
    place = extra.bounding_box()
    assert band["y"] < place["y"] + place["height"] / 2 < band["y"] + band["height"]
    assert drawing.locator(".due text.none").all_text_contents() == ["not due"]
    bars = {name: drawing.locator(f".{name} .bar.S").count() for name in ("due", "came")}
    assert bars["due"] == bars["came"] > 0
    page.window.keyboard.press("Escape")
    assert page.window.locator("svg").count() == 0


def test_a_flag_that_stands_too_long_is_a_longer_bar(opened: Any) -> None:
    page = opened()
    page.cell("CTRL-1", 2).click()
    drawing = page.window.locator("#detail svg")
    heights = {
        side: sum(
            float(bar.get_attribute("height")) for bar in drawing.locator(f".{side} .bar.T").all()
        )
        for side in ("due", "came")
    }
    assert heights["came"] > heights["due"] > 0
    assert drawing.locator(".first-difference").count() == 1
    assert "script sets should_training_stop" in drawing.inner_html()


def test_the_table_says_what_the_drawing_shows(opened: Any) -> None:
    page = opened()
    page.cell(FAILED, 1).click()
    page.window.locator("#detail summary").click()
    rows = page.window.locator("#detail table tbody tr")
    drawn = page.window.locator("#detail svg .came text.event").all_text_contents()
    events = [row.locator("td").nth(3).inner_text() for row in rows.all()]
    assert [event.removeprefix("on_") for event in events if event != "-"] == drawn
    marked = page.window.locator("#detail table tr.differs")
    assert marked.count() == 1
    assert marked.locator("td").first.inner_text() == "-"


def test_behind_a_pass_is_how_it_is_due(opened: Any) -> None:
    page = opened()
    page.cell("EVT-1", 1).click()
    said = page.window.locator("#detail").inner_text()
    assert "As it is due" in said
    drawing = page.window.locator("#detail svg")
    assert drawing.locator(".came").count() == 0
    assert drawing.locator(".due circle.here").count() == 1


def test_a_blocked_rule_leads_to_its_cause(opened: Any) -> None:
    page = opened()
    blocked = page.window.locator("td.b").first
    blocked.click()
    link = page.window.locator("#detail [data-goto]")
    cause = link.inner_text()
    link.click()
    assert page.window.locator("#detail-title").inner_text() == cause


def test_behind_the_head_of_a_column_is_the_subject(opened: Any) -> None:
    page = opened()
    page.window.locator("#matrix thead th").nth(2).click()
    said = page.window.locator("#detail").inner_text()
    assert "mutant:keeps-training-stop" in said
    assert "Does not conform to edition transformers-5." in said


def test_a_cell_has_an_address(opened: Any) -> None:
    page = opened(at=f"#{FAILED}/mutant%3Asaves-after-each-epoch")
    assert page.window.locator("#detail-title").inner_text() == FAILED
    page.window.keyboard.press("Escape")
    page.window.wait_for_function("() => !location.hash")  # a dialog says later that it is closed
    assert page.focused() == f"{FAILED} 1"
    page.cell("EVT-1", 2).click()
    assert page.window.url.endswith("#EVT-1/mutant%3Akeeps-training-stop")


def test_of_a_subject_that_is_alone_the_broken_rules_come_first(opened: Any, columns: Any) -> None:
    assert opened().window.locator("#broken").is_hidden()
    page = opened(columns[:1])
    links = page.window.locator("#broken a")
    broken = [name for name, cell in columns[0].cells.items() if cell.verdict in ("fail", "error")]
    assert sorted(links.all_inner_texts()) == sorted(broken)
    links.filter(has_text=FAILED).click()
    assert page.window.locator("#detail-title").inner_text() == FAILED
    assert page.window.locator("#detail svg").is_visible()


FILTERS = {
    "a word": ({"text": "copy and UPLOAD it then"}, lambda rule, letters: rule["id"] == FAILED),
    "a chapter": ({"chapter": "3"}, lambda rule, letters: rule["chapter"] == 3),
    "a level": ({"level": "SHOULD"}, lambda rule, letters: rule["level"] == "SHOULD"),
    "a verdict": ({"verdict": "f"}, lambda rule, letters: "f" in letters),
    "two verdicts": ({"verdict": "fb"}, lambda rule, letters: set("fb") & set(letters)),
    "differing": ({"differing": True}, lambda rule, letters: len(set(letters)) > 1),
    "all at once": (
        {"text": "on_save", "level": "MUST", "verdict": "f"},
        lambda rule, letters: (
            "on_save" in rule["sentence"] + rule["why"]
            and rule["level"] == "MUST"
            and "f" in letters
        ),
    ),
}


@pytest.mark.parametrize("name", FILTERS)
def test_filters_leave_what_is_asked_for(name: str, opened: Any, columns: Any) -> None:
    asked, keeps = FILTERS[name]
    page = opened()
    for control, value in asked.items():
        if control in ("chapter", "level"):
            page.window.locator(f"#{control}").select_option(value)
        elif control == "verdict":
            for letter in value:
                page.window.locator(f"[name=verdict][value={letter}]").check(force=True)
        elif control == "differing":
            page.window.locator("#differing").check()
        else:
            page.window.locator(f"#{control}").fill(value)
    data = page_data(columns, title="", spec="")
    letters = list(zip(*(subject["verdicts"] for subject in data["subjects"]), strict=True))
    left = [rule["id"] for n, rule in enumerate(data["rules"]) if keeps(rule, letters[n])]
    assert 0 < len(left) < len(data["rules"])
    assert page.rules() == left
    assert page.window.locator("#count").inner_text().startswith(f"{len(left)} of ")
    page.window.locator("#all").click()
    assert len(page.rules()) == len(data["rules"])


def test_where_nothing_is_left_it_says_so(opened: Any) -> None:
    page = opened()
    page.window.locator("#text").fill("no such rule")
    assert page.rules() == []
    assert page.window.locator("#count").inner_text().startswith("No rule is left.")


def test_subjects_are_chosen_by_name_where_there_are_many(opened: Any, many: Any) -> None:
    assert opened().window.locator("#whom").is_hidden()
    page = opened(many(12))
    page.window.locator("#subject").fill("optimizer")
    assert page.window.locator("#matrix thead th").count() == 1 + 4
    assert page.window.locator("#count").inner_text().endswith(", 4 of 12 subjects")
    page.cell("EVT-12", 2).click()
    assert "mutant:no-optimizer-step 5.0" in page.window.locator("#detail h3").first.inner_text()


def test_without_scripts_it_says_so(opened: Any) -> None:
    page = opened(java_script_enabled=False)
    assert "is drawn by a script" in page.window.locator("noscript").inner_text()
