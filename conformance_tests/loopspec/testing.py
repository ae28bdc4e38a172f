"""For the test suites of trainers: each rule as a pytest item.

In a test file of yours:

    from loopspec import HFSubject
    from loopspec.testing import conformance

    test_conformance = conformance(HFSubject(MyTrainer), known="loopspec-known.toml")
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from os import PathLike
from typing import Any, TypeAlias

import pytest

from loopspec.known import load_known
from loopspec.report.model import Report, RuleResult
from loopspec.report.terminal import result_text
from loopspec.run import check
from loopspec.spec import judged_rules
from loopspec.subjects.base import Subject
from loopspec.vocabulary import Edition, Level, Verdict

Verify: TypeAlias = Callable[[str], None]
"""Makes the running test pass, fail, skip or xfail as the rule with this id came out."""


def conformance(
    subject: Subject,
    *,
    known: str | PathLike[str] | None = None,
    rules: Sequence[str] | None = None,
    edition: Edition = Edition.TRANSFORMERS_5,
    processes: int = 0,
) -> Callable[..., None]:
    """A test function with one item for each rule.

    The scenarios are run once, when the first item is; with `processes=0` in pytest's own process,
    so that a debugger and coverage see the trainer.

    Args:
        known: TOML file with the known deviations of this trainer; they are reported as xfail.
        rules: ids of the rules wanted; all if left out.
    """
    verify = verifier(subject, known=known, edition=edition, processes=processes)

    @pytest.mark.parametrize("rule", list(judged_rules() if rules is None else rules))
    def test_conformance(rule: str, record_property: Callable[[str, object], None]) -> None:
        record_property("rule", rule)
        verify(rule)

    return test_conformance


def verifier(subject: Subject, *, known: Any = None, **options: Any) -> Verify:
    """`Verify` for one subject; the options are those of `check`."""

    @functools.cache
    def judged() -> tuple[dict[str, RuleResult], set[str]]:
        declared = load_known(known) if known is not None else None
        report: Report = check(subject, known=declared, **options)
        results = {result.rule.id: result for result in report.results}
        return results, {gap.rule.id for gap in report.gaps}

    def verify(rule: str) -> None:
        results, gaps = judged()
        _conclude(results[rule], gap=rule in gaps)

    return verify


def _conclude(result: RuleResult, *, gap: bool) -> None:
    """End the running test as the result says. A SHOULD that fails is reported, as xfail; a rule
    that was not exercised fails where that is a gap, not where the trainer has too little for it.
    """
    if result.verdict is Verdict.PASS:
        return
    unexercised = result.verdict is Verdict.NOT_EXERCISED and not gap
    if unexercised or result.verdict in (Verdict.NOT_APPLICABLE, Verdict.BLOCKED):
        pytest.skip(f"{result.rule.id}: {result.message}")
    if result.verdict is Verdict.KNOWN:
        pytest.xfail(f"{result.rule.id}: known deviation: {result.reason}")
    text = result_text(result)
    if result.level is not Level.MUST and result.verdict is not Verdict.STALE:
        pytest.xfail(text)
    pytest.fail(text, pytrace=False)
