"""Each rule of the chapter on displays: which broken screen it reports, with what words, and
alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from loopspec.corpus import CORPUS
from loopspec.judge import judge
from loopspec.machine.predict import predict
from loopspec.spec import rules
from loopspec.trace import Provenance, Trace
from loopspec.vocabulary import Capability, Edition, Verdict

BY = Provenance("a broken trainer", "1", tuple(Capability), "1")
CHAPTER = [rule for rule in rules().values() if rule.id.startswith("SHOW-")]
REMOVED, OTHER = "display-removed", "printer-of-another-process"
STRINGS = "progress-with-long-strings"

Edit = Callable[[dict[str, Any]], object]


def put(**seen: Any) -> Edit:
    """Something else was seen."""
    return lambda before: before.update(seen)


def order(*names: str) -> Edit:
    return put(order=list(names))


def line(number: int, **values: Any) -> Edit:
    """Other values in a printed line; None takes the value out."""

    def edit(seen: dict[str, Any]) -> None:
        printed = seen["printed"][number]
        printed.update(values)
        for name in [name for name, value in values.items() if value is None]:
            del printed[name]

    return edit


def bar(number: int, *counts: int) -> Edit:
    return lambda seen: seen["bars"][number].__setitem__(1, list(counts))


def every_float(shown: Callable[[float], Any]) -> Edit:
    """Every number is shown so."""

    def edit(seen: dict[str, Any]) -> None:
        for printed in seen["printed"]:
            for name, value in printed.items():
                if isinstance(value, str):
                    printed[name] = shown(float(value))

    return edit


def broken(name: str, edit: Edit, call: int = 1) -> Trace:
    trace = predict(CORPUS[name])
    edit(trace.returns[call - 1].seen)
    return Trace(trace.scenario, BY, [*trace.records, *trace.returns], trace.outcome)


class Case(NamedTuple):
    """A broken screen in a call of the user, and what the rule says of it."""

    rule: str
    name: str
    edit: Edit
    expected: str
    got: str
    call: int = 1


BEHIND = "the display behind the callbacks given at construction, before those added"
SILENT, VALUES = "nothing shown", "each log with its values"
AT_EACH = "the bar at each step, at 4 in the end"
THREE_BARS = "2 bars of 3 batches, each full in the end"

# A table: each case on a line or two.
# fmt: off
CASES = (
    Case("SHOW-1", "printer", order("first", "given", "last", "late"),
         "the printer alone as display", "none"),
    Case("SHOW-1", "printer", order("first", "given", "last", "printer", "progress", "late"),
         "the printer alone as display", "printer and progress"),
    Case("SHOW-1", "progress", order("first", "last", "printer"),
         "the progress alone as display", "printer"),
    Case("SHOW-2", "printer", order("first", "given", "printer", "last", "late"), BEHIND,
         "last behind it"),
    Case("SHOW-2", "printer", order("first", "given", "last", "late", "printer"), BEHIND,
         "late before it"),
    Case("SHOW-2", "printer", order("first", "late", "printer", "given", "last"), BEHIND,
         "given behind it, last behind it, late before it"),
    Case("SHOW-3", "printer", put(printed=[]), "5 logs printed", "0"),
    Case("SHOW-3", "printer", put(printed=[]), "1 logs printed", "0", call=2),
    Case("SHOW-3", "printer", line(0, loss="7"), VALUES, "others for loss"),
    Case("SHOW-3", "printer", line(0, loss=None), VALUES, "others for loss"),
    Case("SHOW-3", "printer", line(0, secret=1), VALUES, "others for secret"),
    Case("SHOW-3", "printer", line(0, loss="1.004"), VALUES, "others for loss"),
    Case("SHOW-3", "printer", line(0, epoch="0.35"), VALUES, "others for epoch"),
    Case("SHOW-3", "printer", line(0, epoch="7", loss="7"), VALUES, "others for epoch, loss"),
    Case("SHOW-3", "printer", line(0, loss=[]), VALUES, "others for loss"),
    Case("SHOW-4", "printer", line(0, epoch="0.333333"), "floats with 4 significant digits",
         "'0.333333'"),
    Case("SHOW-4", "printer", line(0, epoch=0.3333), "floats with 4 significant digits",
         "0.3333"),
    Case("SHOW-5", "printer", line(-1, total_flos="0"), "no total_flos printed", "total_flos"),
    Case("SHOW-5", "progress", line(-1, total_flos="0"), "no total_flos printed", "total_flos"),
    Case("SHOW-7", "progress", lambda seen: seen["bars"].pop(0), "one bar of 4 steps", "0"),
    Case("SHOW-7", "progress", bar(0, 0, 1, 2, 3), AT_EACH, "3 in the end, never 4"),
    Case("SHOW-7", "progress", bar(0, 0, 4), AT_EACH, "4 in the end, never 1"),
    Case("SHOW-7", "progress-stopped", bar(0, 0, 1, 2, 3, 4),
         "the bar at each step, at 2 in the end", "4 in the end"),
    Case("SHOW-8", "progress", lambda seen: seen["bars"].pop(), THREE_BARS, "1, at 3"),
    Case("SHOW-8", "progress", bar(1, 0, 1), THREE_BARS, "2, at 1, 3"),
    Case("SHOW-8", "progress", put(bars=[]), "1 bars of 3 batches, each full in the end", "0, at ",
         call=3),
    Case("SHOW-9", "progress", lambda seen: seen["printed"].pop(), "5 logs printed", "4"),
    Case("SHOW-9", "progress", line(1, eval_loss="7"), VALUES, "others for eval_loss"),
    Case("SHOW-11", STRINGS, line(1, long="0123456789A"), "long of 11 characters replaced or cut",
         "printed whole"),
    Case("SHOW-11", STRINGS, line(0, fits="0123456"), "fits of 10 characters printed whole",
         "0123456"),
    Case("SHOW-13", "progress", put(gave={"train_loss": 2.5}),
         "total_flos in the metrics that train() returns", "none"),
    Case("SHOW-14", "progress", put(closed=False), "no bar open when the call has returned",
         "one open", call=2),
    Case("SHOW-17", "progress-of-a-run-that-fails", put(closed=False),
         "no bar open after the exception", "one open"),
    Case("SHOW-15", OTHER, put(printed=[{}]), SILENT, "1 logs printed, 0 bars"),
    Case("SHOW-15", "progress-of-another-process", put(bars=[[4, [0]]]), SILENT,
         "0 logs printed, 1 bars"),
    Case("SHOW-16", REMOVED, put(bars=[[4, [0]]]), SILENT, "0 logs printed, 1 bars", call=3),
    Case("SHOW-16", "printer-removed", put(printed=[{}]), SILENT, "1 logs printed, 0 bars", call=2),
)

VARIANTS: tuple[tuple[str, str, Edit, int, str, tuple[Verdict, Verdict]], ...] = (
    ("SHOW-4", "printer", every_float(float), 1, "as-they-are", (Verdict.FAIL, Verdict.PASS)),
    ("SHOW-6", "printer", put(), 1, "left", (Verdict.PASS, Verdict.PASS)),
    ("SHOW-6", "printer", put(gave={}), 1, "taken", (Verdict.PASS, Verdict.PASS)),
    ("SHOW-10", "progress", put(), 2, "only-in-training", (Verdict.PASS, Verdict.PASS)),
    ("SHOW-10", "progress", put(printed=[{}]), 2, "printed", (Verdict.PASS, Verdict.PASS)),
    ("SHOW-12", STRINGS, put(), 1, "whole", (Verdict.PASS, Verdict.PASS)),
    ("SHOW-12", STRINGS, line(2, inside=["..."]), 1, "shortened", (Verdict.PASS, Verdict.PASS)),
)
# fmt: on


@pytest.mark.parametrize("case", CASES, ids=[f"{c.rule}-{n}" for n, c in enumerate(CASES)])
def test_a_broken_screen_is_reported_by_its_rule_alone(case: Case) -> None:
    results = judge([broken(case.name, case.edit, case.call)], rules=CHAPTER).results
    failed = {result.rule.id: result for result in results if result.verdict is Verdict.FAIL}
    assert list(failed) == [case.rule]
    evidence = failed[case.rule].evidence
    assert evidence is not None
    assert (evidence.expected, evidence.got) == (case.expected, case.got)


def test_an_epoch_may_be_told_with_two_digits() -> None:
    results = judge([broken("printer", line(0, epoch="0.33"))], rules=CHAPTER).results
    assert [r.rule.id for r in results if r.verdict is Verdict.FAIL] == []


def test_every_rule_that_can_be_broken_is() -> None:
    may = {rule for rule, *_ in VARIANTS if rule != "SHOW-4"}
    assert {rule.id for rule in CHAPTER} == {case.rule for case in CASES} | may


@pytest.mark.parametrize(("rule", "name", "edit", "call", "variant", "verdicts"), VARIANTS)
def test_a_variant_is_named_and_held_to_its_editions(
    rule: str, name: str, edit: Edit, call: int, variant: str, verdicts: tuple[Verdict, Verdict]
) -> None:
    trace = broken(name, edit, call)
    for edition, verdict in zip((Edition.TRANSFORMERS_5, Edition.PAGE), verdicts, strict=True):
        # The other call of the scenario is left as it was.
        returns = [back for back in trace.returns if back.call == call]
        alone = Trace(trace.scenario, BY, [*trace.records, *returns], trace.outcome)
        (result,) = judge([alone], rules=[rules()[rule]], edition=edition).results
        assert list(result.variants) == [variant]
        assert result.verdict is verdict
