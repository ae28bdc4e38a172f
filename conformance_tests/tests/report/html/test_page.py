"""The page as a file: whole, self-contained, and with all that a browser needs to draw it."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest
from reported import broken, crashed, keeps, made

from loopspec import judge
from loopspec.cli import main
from loopspec.report import html
from loopspec.report.html import SCRIPTS, page
from loopspec.report.html.column import Column, column_of
from loopspec.report.html.data import LETTERS, NOT_JUDGED, page_data
from loopspec.report.json import as_json, report_json
from loopspec.spec import judged_rules
from loopspec.vocabulary import Verdict

FILES = Path(html.__file__).parent
COLUMN = column_of(as_json(broken(), command="loopspec check mine"))


class Elements(HTMLParser):
    """The elements of a page with their attributes, and the text of its scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.found and data.strip():
            self.texts.append((self.found[-1][0], data))


def embedded(text: str) -> dict[str, object]:
    """The data of a page."""
    inside = [text for tag, text in Elements(text).texts if tag == "script"]
    data = json.loads(inside[0])
    assert isinstance(data, dict)
    return data


def test_every_part_is_in_it_and_every_file_is_a_part() -> None:
    text = page([COLUMN])
    assert "{{" not in text
    assert sorted(path.stem for path in (FILES / "js").glob("*.js")) == sorted(SCRIPTS)
    for name in SCRIPTS:
        assert (FILES / "js" / f"{name}.js").read_text("utf-8").strip() in text
    assert (FILES / "page.css").read_text("utf-8").strip() in text


def test_it_asks_for_nothing_from_outside() -> None:
    found = Elements(page([COLUMN], spec="../spec")).found
    places = [attrs[name] for _, attrs in found for name in ("src", "href") if name in attrs]
    assert places == ["data:,"]
    policy = next(attrs for tag, attrs in found if attrs.get("http-equiv"))
    assert (policy["content"] or "").startswith("default-src 'none'; ")
    style = (FILES / "page.css").read_text("utf-8")
    assert "url(" not in style
    assert "@import" not in style


def test_text_cannot_leave_its_place() -> None:
    odd = column_of(as_json(judge([made(), crashed("</script><script>alert(1)</script>")])))
    text = page([odd], title='</title><b> & "x"')
    elements = Elements(text)
    assert [tag for tag, _ in elements.found].count("script") == 2
    assert "b" not in [tag for tag, _ in elements.found]
    crashes = json.dumps(embedded(text))
    assert "</script><script>alert(1)</script>" in crashes


def test_the_title_names_a_subject_that_is_alone() -> None:
    assert "<h1>How mine:Trainer calls its callbacks</h1>" in page([COLUMN])
    assert "<h1>How trainers call their callbacks</h1>" in page([COLUMN, COLUMN])
    assert "<h1>Mine</h1>" in page([COLUMN], title="Mine")


def test_a_letter_for_each_verdict() -> None:
    assert set(LETTERS) == set(Verdict)
    assert len({*LETTERS.values(), NOT_JUDGED}) == len(Verdict) + 1


def test_each_rule_that_was_judged_has_its_place_in_the_order_of_the_chapters() -> None:
    other = column_of(as_json(judge([made(keeps)])))
    data = page_data([COLUMN, other], title="", spec="")
    assert [rule["id"] for rule in data["rules"]] == list(judged_rules())
    few, all_ = (subject["verdicts"] for subject in data["subjects"])
    assert len(few) == len(all_) == len(judged_rules())
    judged = {list(judged_rules())[n]: letter for n, letter in enumerate(few) if letter != "-"}
    assert judged == {"EVT-1": "p", "CTRL-3": "f", "CTRL-11": "x"}
    assert [rule["id"] for rule in page_data([COLUMN], title="", spec="")["rules"]] == [
        "EVT-1",
        "CTRL-3",
        "CTRL-11",
    ]


def test_a_failure_has_its_evidence_and_the_command_that_repeats_it() -> None:
    data = page_data([COLUMN], title="", spec="")
    told = data["subjects"][0]["told"]["1"]
    assert told["against"] == 1
    evidence = data["said"][told["evidence"]]
    assert told["repeat"] == "loopspec check mine --rule CTRL-3 --scenario stops"
    assert (evidence["expected"], evidence["got"]) == (
        "should_epoch_stop cleared before the callbacks",
        "still set",
    )
    assert not evidence["known"]  # the scenario is none of the corpus


def test_nearly_every_rule_shows_how_it_is_due() -> None:
    column = column_of(as_json(judge([made()])))
    rules = page_data([column], title="", spec="")["rules"]
    without = [rule["id"] for rule in rules if rule["shown"] is None]
    assert len(without) < len(rules) / 10, without
    for rule in rules:
        if rule["shown"]:
            at = [pair[0][0] for pair in rule["shown"]["pairs"]]
            assert rule["shown"]["at"] in at


def test_the_command_writes_it_from_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = tmp_path / "one.json"
    one.write_bytes(report_json(broken()))
    place = tmp_path / "page.html"
    assert main(["html", str(one), str(one), "-o", str(place), "--spec", "../spec"]) == 0
    data = embedded(place.read_text("utf-8"))
    assert data["spec"] == "../spec"
    assert isinstance(data["subjects"], list)
    assert len(data["subjects"]) == 2
    assert main(["html", str(one), "-o", "-", "--title", "T"]) == 0
    assert "<h1>T</h1>" in capsys.readouterr().out
    assert main(["html", str(one), "-o", "/nowhere/page.html"]) == 2
    assert main(["html", "-o", "-"]) == 2


def test_it_grows_by_little_with_each_subject_that_passes() -> None:
    passing = column_of(as_json(judge([made()])))
    assert isinstance(passing, Column)
    sizes = [len(page([passing] * count).encode()) for count in (1, 11)]
    per_rule = (sizes[1] - sizes[0]) / 10 / len(judged_rules())
    assert per_rule < 60, f"{per_rule:.0f} bytes for one rule of one subject"


def test_equal_columns_give_equal_bytes() -> None:
    again = msgspec.json.decode(
        msgspec.json.encode(as_json(broken())), type=type(as_json(broken()))
    )
    assert page([column_of(again)]) == page([column_of(as_json(broken()))])
