"""The Markdown report, read as a forge reads it."""

from __future__ import annotations

import html
import re
import shlex

import msgspec
import pytest
from markdown_it import MarkdownIt
from reported import BY, STOPS, broken, chosen, crashed, keeps, made

from loopspec import Report, Trace, judge
from loopspec.cli import loopspec
from loopspec.known import Known
from loopspec.report import markdown as module
from loopspec.report.form import Asked
from loopspec.report.markdown import markdown
from loopspec.spec import rules

ASKED = Asked("loopspec check mine.py")


def read(report: Report, asked: Asked = ASKED) -> str:
    """What a forge makes of it, as HTML."""
    return MarkdownIt("commonmark").enable("table").render(markdown(report, asked))


def words(page: str) -> str:
    """The text that a person reads."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_the_verdict_comes_first_and_the_counts_by_chapter() -> None:
    page = read(broken())
    first = words(page[: page.index("</h2>")])
    assert first == "❌ mine:Trainer does not conform: CTRL-3, scenario lost"
    table = words(page[page.index("<table>") : page.index("</table>")])
    assert "03-control-flags 2 - 1 - - 1 1" in table
    assert "mine:Trainer 1.2 on torch 2.9, judged by edition transformers-5" in words(page)


@pytest.mark.parametrize(
    ("report", "first"),
    [
        (judge([made()], rules=chosen("CTRL-3")), "✅ mine:Trainer conforms"),
        (judge([]), "⚠️ nothing: nothing was judged"),
    ],
)
def test_other_verdicts(report: Report, first: str) -> None:
    assert words(read(report)).startswith(first)


def test_a_failure_is_a_bug_report() -> None:
    rule = rules()["CTRL-3"]
    page = words(read(broken()))
    at = 0
    for part in (
        "CTRL-3 MUST: fail",
        f"The rule. {rule.sentence.replace('`', '')}",
        f"Why it matters. {rule.why}",
        f"Scenario. {STOPS}",
        "6 on_step_end 1 - → E script sets should_epoch_stop",
        "> 8 on_epoch_begin 1 E →",
        "Flags are those that the first callback finds",
        "E is should_epoch_stop.",
        "Expected: should_epoch_stop cleared before the callbacks",
        "Got: still set",
        "loopspec check mine.py --rule CTRL-3 --scenario stops",
        "spec/03-control-flags.md#ctrl-3",
    ):
        spaced = part.replace("`", "")
        assert spaced in re.sub(r" ([.,])", r"\1", page[at:]), part
        at = max(at, page.find(spaced))


def test_the_command_that_repeats_it_is_one_that_can_be_given() -> None:
    for command in ("loopspec check mine.py", "loopspec judge traces"):
        block = re.search(r"```console\n(.*)\n```", markdown(broken(), Asked(command)))
        assert block is not None
        _, name, *arguments = shlex.split(block[1])
        known = {option for p in loopspec.commands[name].params for option in p.opts}
        assert {a for a in arguments if a.startswith("--")} <= known


def test_a_crash_is_told_with_what_was_raised() -> None:
    page = words(read(broken()))
    assert "error in scenario lost" in page
    assert "Got: it raised ValueError: x in m.f, during train" in page


def test_signs_of_a_wrong_adapter_come_before_the_failures() -> None:
    report = broken()
    report.doubts = ["no call of train() fired __anything__"]
    page = words(read(report))
    told = "Look at the adapter first no call of train() fired __anything__ CTRL-3 MUST: fail"
    assert told in page


def test_what_needs_no_action_is_folded_away() -> None:
    known = {"CTRL-3": Known("CTRL-3", "old | habit", "https://bug")}
    text = markdown(judge([made(keeps)], rules=chosen("CTRL-3"), known=known), ASKED)
    assert "<details><summary>Known deviations (1)</summary>\n\n| rule" in text
    page = read(judge([made(keeps)], rules=chosen("CTRL-3"), known=known))
    assert "CTRL-3 MUST old | habit https://bug" in words(page)
    assert "Not exercised" not in text
    gap = markdown(judge([made()], rules=chosen("CTRL-11"), whole=True), ASKED)
    assert "Not exercised (1)" in gap


def test_text_of_a_subject_is_shown_as_it_is() -> None:
    odd = "*x* <b>&amp; `a` | [l](u) __init__ # $x$\n- item"
    page = read(judge([made(), crashed(odd)], rules=chosen("CTRL-3")))
    assert " ".join(odd.split()) in html.unescape(re.sub(r"</?(p|br|strong)[ /]*>", "", page))
    name = msgspec.structs.replace(STOPS, name="```")
    trace = Trace(name, BY, made(keeps).records, made().outcome)
    assert "--scenario ```" in words(read(judge([trace], rules=chosen("CTRL-3"))))


def test_a_stale_declaration_is_told_with_its_place() -> None:
    known = {"CTRL-3": Known("CTRL-3", "old habit", where="known.toml:7")}
    page = words(read(judge([made()], rules=chosen("CTRL-3"), known=known, whole=True)))
    assert "CTRL-3 MUST: stale declared broken at known.toml:7 (old habit)" in page


def test_what_is_too_long_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = markdown(broken(), ASKED)
    monkeypatch.setattr(module, "LIMIT", len(whole.encode()) - 200)
    text = markdown(broken(), ASKED)
    assert len(text.encode()) < len(whole.encode())
    assert "### CTRL-3 MUST: fail" in text
    assert "Too long to be described here: lost." in text


def test_the_limit_is_kept_where_a_subject_breaks_everything() -> None:
    report = judge([made(keeps)], rules=chosen("CTRL-3"))
    report.results *= 2000
    assert len(markdown(report, ASKED).encode()) < 1 << 20
