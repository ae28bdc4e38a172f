"""The terminal report: one screen for one broken rule, and the last line is the answer."""

from __future__ import annotations

import io
from collections.abc import Iterable

import msgspec
from reported import BY, STOPS, chosen, crashed, keeps, made
from rich.console import Console

from loopspec import Report, Trace, judge
from loopspec.known import Known
from loopspec.report.terminal import conclusion, result_text, show
from loopspec.spec import rules
from loopspec.vocabulary import Edition


def shown(report: Report, **options: object) -> str:
    buffer = io.StringIO()
    show(report, Console(file=buffer, width=100, highlight=False, markup=False), **options)
    return buffer.getvalue()


def in_order(text: str, parts: Iterable[str]) -> list[str]:
    """Those of `parts` that do not come in this order, the white space aside."""
    flat, missing, at = " ".join(text.split()), [], 0
    for part in parts:
        found = flat.find(" ".join(part.split()), at)
        if found < 0:
            missing.append(part)
        else:
            at = found + 1
    return missing


def test_a_failure_is_told_from_the_rule_to_the_command_that_repeats_it() -> None:
    rule = rules()["CTRL-3"]
    report = judge([made(keeps)], rules=chosen("CTRL-3"))
    text = shown(report, repeat="loopspec check mine:Trainer")
    found = report.failures[0].evidence
    assert found is not None
    parts = [
        "mine:Trainer 1.2 (torch 2.9), edition transformers-5: 1 scenarios, 1 rules: 1 fail",
        f"fail CTRL-3 MUST {rule.sentence}",
        f"scenario: {STOPS}",
        "5 on_optimizer_step 0 - → -",
        "6 on_step_end 1 - → E script sets should_epoch_stop",
        "7 on_epoch_end 1 E → E",
        "> 8 on_epoch_begin 1 E → -",
        "9 on_step_begin 1 - → -",
        f"expected: {found.expected}",
        f"got: {found.got}",
        f"why it matters: {rule.why}",
        "sources: P-76, B-39, B-43, D-29, spec/03-control-flags.md#ctrl-3",
        "repeat: loopspec check mine:Trainer --rule CTRL-3 --scenario stops",
        "chapter rules pass fail known n/a not exercised observations",
        "03-control-flags 1 - 1 - - -",
        "mine:Trainer does not conform: CTRL-3",
    ]
    assert in_order(text, parts) == []
    assert len(text.splitlines()) <= 40
    assert not [line for line in text.splitlines() if len(line) > 100]


def test_the_repeated_command_keeps_the_edition() -> None:
    report = judge([made(keeps)], rules=chosen("CTRL-3"), edition=Edition.PAGE)
    assert "--rule CTRL-3 --scenario stops --edition page" in shown(report, repeat="x")


def test_known_deviations_are_one_line_each_with_reason_and_link() -> None:
    known = {"CTRL-3": Known("CTRL-3", "old habit", "https://bug")}
    text = shown(judge([made(keeps)], rules=chosen("CTRL-3"), known=known))
    parts = ["Known deviations", "CTRL-3 MUST: old habit (https://bug)", "conforms, but for known"]
    assert in_order(text, parts) == []
    assert "why it matters" not in text


def test_a_stale_declaration_is_told_with_its_place() -> None:
    known = {"CTRL-3": Known("CTRL-3", "old habit", where="known.toml:7")}
    text = shown(judge([made()], rules=chosen("CTRL-3"), known=known, whole=True))
    parts = ["stale CTRL-3 MUST", "declared broken at known.toml:7 (old habit), but it holds now"]
    assert in_order(text, [*parts, "does not conform: CTRL-3"]) == []


def test_blocked_rules_and_variants_are_lines() -> None:
    report = judge([made(keeps)], rules=chosen("CTRL-3", "CTRL-24", "CTRL-25"))
    blocked = next(result for result in report.results if result.rule.id == "CTRL-24")
    blocked.verdict, blocked.blocked_by = type(blocked.verdict).BLOCKED, "CTRL-3"
    report.results[-1].variants = {"none": 2, "one-micro-batch": 1}
    parts = ["Blocked", "blocked CTRL-24 MUST: blocked by CTRL-3, which it builds on"]
    named = ["Variants", "CTRL-25 none, one-micro-batch"]
    assert in_order(shown(report), [*parts, *named]) == []
    counted = shown(report, verbose=True)
    assert in_order(counted, ["Variants", "CTRL-25 none (2), one-micro-batch (1)"]) == []


def test_a_crash_that_no_rule_tells_of_is_shown() -> None:
    report = judge([made(), crashed()], rules=chosen("CTRL-3"))
    parts = ["error lost: 3 epochs", "got: it raised ValueError: x in m.f, during train"]
    assert in_order(shown(report), [*parts, "does not conform: scenario lost"]) == []


def test_what_was_not_exercised_is_told_where_all_was_run() -> None:
    report = judge([made()], rules=chosen("CTRL-3", "CTRL-11"), whole=True)
    parts = ["Not exercised", "not-exercised CTRL-11 MUST: no scenario gave", "conform: CTRL-11"]
    assert in_order(shown(report), parts) == []
    partial = judge([made()], rules=chosen("CTRL-3", "CTRL-11"))
    assert "Not exercised" not in shown(partial)


def test_verbose_tells_of_every_rule() -> None:
    report = judge([made()], rules=chosen("CTRL-3", "CTRL-11"))
    text = shown(report, verbose=True)
    assert in_order(text, ["All rules", "pass CTRL-3 MUST: 1 observations", "CTRL-11 MUST"]) == []
    assert "All rules" not in shown(report)


def test_nothing_judged_is_never_a_success() -> None:
    assert conclusion(judge([])).plain == "nothing: nothing was judged"
    assert conclusion(judge([made()], rules=chosen("CTRL-11"))).plain.endswith("nothing was judged")


def test_one_result_as_plain_text() -> None:
    text = result_text(judge([made(keeps)], rules=chosen("CTRL-3")).failures[0])
    assert in_order(text, ["fail CTRL-3 MUST", "> 8 on_epoch_begin", "why it matters:"]) == []
    assert "\x1b" not in text
    assert not [line for line in text.splitlines() if line != line.rstrip()]


def test_text_with_brackets_is_shown_as_it_is() -> None:
    odd = msgspec.structs.replace(STOPS, name="[bold]x[/]")
    trace = made(keeps)
    report = judge([Trace(odd, BY, trace.records, trace.outcome)], rules=chosen("CTRL-3"))
    assert "[bold]x[/]: 3 epochs" in shown(report)
