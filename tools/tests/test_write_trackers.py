import re
from typing import Any

import pytest
import write_trackers as trackers
from cases import CASES

FACTS: dict[str, Any] = {
    "exact": True,
    "group": "local",
    "packages": {"one": "1.2"},
    "how": "a file",
}


def test_the_page_is_what_the_committed_results_say() -> None:
    judged = trackers.results(trackers.RESULTS / "transformers")
    text = trackers.page(trackers.results(), judged, trackers.known())
    assert trackers.PAGE.read_text("utf-8") == text


def test_every_tracker_has_results() -> None:
    assert trackers.results().keys() == CASES.keys()


def test_every_fault_of_a_tracker_was_tried() -> None:
    for name, facts in trackers.results().items():
        tried = {key.removeprefix("fault: ") for key in facts if key.startswith("fault: ")}
        assert tried == CASES[name].faults.keys(), name


def test_what_transformers_does_otherwise_is_known_and_nothing_else_is() -> None:
    judged = trackers.results(trackers.RESULTS / "transformers")
    otherwise = {
        (tracker, check): words
        for tracker, checks in judged.items()
        for check, words in checks.items()
        if words != trackers.HOLDS
    }
    known = {
        (t, check): one for t, checks in trackers.known().items() for check, one in checks.items()
    }
    assert otherwise.keys() == known.keys()
    for place, words in otherwise.items():
        assert re.search(known[place]["shows"], words), place


def test_a_row_says_what_was_compared() -> None:
    facts = {**FACTS, "numbers": 3, "parameters": 4, "fault: raises": "within 3 s"}
    facts["spared"] = {"dies": "it has no process"}
    text = trackers.page({"a": facts, "b": FACTS}, {}, {})
    assert "| a | one 1.2 | local | a file | 3, equal | 4 | - |" in text
    assert "| b | one 1.2 | local | a file | - | - | - |" in text
    assert "| tracker | raises |" in text
    assert "| a | within 3 s |" in text
    assert "| b | - |" in text
    assert "- a, dies: it has no process.\n" in text


@pytest.mark.parametrize(
    ("words", "known", "wanted"),
    [
        ("holds", {}, "holds"),
        ("Error: a|b", {"why": "It is odd.", "shows": "a|c"}, "It is odd. `a\\|c`"),
        ("Error", None, "Not known. `Error`"),
    ],
)
def test_a_check_of_transformers_holds_or_is_told(words: str, known: Any, wanted: str) -> None:
    entries = {"a": {"blocks": known}} if known else {}
    made_only = {trackers.MADE_ONLY: "holds"}
    text = trackers.page({}, {"a": {"blocks": words, **made_only}}, entries)
    assert f"| a | blocks | {wanted} |" in text
    assert trackers.MADE_ONLY not in text
    assert f"| a | {int(words == 'holds')} | {int(words != 'holds')} |" in text
