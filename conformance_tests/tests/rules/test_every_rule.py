"""What holds for every rule: no false alarm on what the machine predicts, no stumbling."""

from __future__ import annotations

import functools
from typing import Any

import msgspec
import pytest

from loopspec import vocabulary
from loopspec.corpus import ALONE, CHAPTERS
from loopspec.judge import judge
from loopspec.machine.predict import predict
from loopspec.machine.profile import PROFILES
from loopspec.rules import ACROSS, CHECKS, OUTLIVING
from loopspec.spec import rules
from loopspec.trace import Call, Provenance, Record, Return, Trace
from loopspec.vocabulary import Verdict

TESTABLE = [rule.id for rule in rules().values() if not rule.untestable]
IN_ONE = [rule for rule in TESTABLE if rule not in ACROSS | OUTLIVING]
"""The rules that one process shows; the machine predicts no others."""
BY = Provenance("machine", "1", tuple(vocabulary.ALONE), "0")
DEVIATIONS = {
    "reference": [],
    "transformers-5": [
        "CKPT-12",
        "CKPT-19",
        "CKPT-25",
        "CTRL-27",
        "DISP-22",
        "INT-11",
        "INT-13",
        "SHOW-17",
    ],
}
"""What a profile with the defects of transformers breaks."""


@functools.cache
def predicted(profile: str = "reference") -> list[Trace]:
    traces = [predict(scenario, PROFILES[profile]) for scenario in ALONE.values()]
    return [Trace(t.scenario, BY, [*t.records, *t.returns], t.outcome) for t in traces]


@pytest.mark.parametrize("profile", PROFILES)
def test_what_the_machine_predicts_keeps_every_rule_but_the_known(profile: str) -> None:
    results = judge(predicted(profile), whole=True).results
    shown = [result for result in results if result.rule.id in IN_ONE]
    broken = [r.rule.id for r in shown if r.verdict is not Verdict.PASS]
    assert sorted(broken) == DEVIATIONS[profile]


@pytest.mark.parametrize("name", ALONE)
def test_a_scenario_shows_what_it_is_there_for(name: str) -> None:
    trace = next(trace for trace in predicted() if trace.scenario.name == name)
    assert [rule for rule in trace.scenario.shows if not list(CHECKS[rule](trace))] == []


def test_every_chapter_has_scenarios() -> None:
    assert {rule.partition("-")[0] for rule in rules()} == set(CHAPTERS)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_rule_is_shown_by_a_scenario_of_its_chapter(chapter: str) -> None:
    shown = {rule for scenario in CHAPTERS[chapter].SCENARIOS for rule in scenario.shows}
    stated = {rule for rule in TESTABLE if rule.startswith(f"{chapter}-")}
    assert sorted(stated - shown) == []


@pytest.mark.parametrize("rule", IN_ONE)
def test_a_finding_says_what_a_report_needs(rule: str) -> None:
    """Yes or no, a record that is there, a variant that the chapter names, words where it is no."""
    variants = {"", *(variant.name for variant in rules()[rule].variants)}
    for trace in [trace for profile in PROFILES for trace in predicted(profile)]:
        for finding in CHECKS[rule](trace):
            assert isinstance(finding.ok, bool)
            assert 0 <= finding.at < len(trace.records)
            assert finding.variant in variants
            assert finding.ok or (finding.expected and str(finding.got))


BARE: dict[str, Any] = {
    "positional": 0,
    **dict.fromkeys(("step", "epoch", "max_steps", "history", "best", "state", "args")),
    **dict.fromkeys(("logs", "metrics")),
    "keywords": {},
    "seen": {},
}


def bare(record: Record) -> Record:
    calls = [Call(call.who, None, "", "") for call in record.calls]
    return msgspec.structs.replace(record, **BARE, calls=calls)


@functools.cache
def stripped() -> list[Trace]:
    """The corpus as a trainer gives it that passes callbacks neither state nor control."""
    made = []
    for trace in predicted():
        returns = [Return(line.call, line.name) for line in trace.returns]
        lines = [*map(bare, trace.records), *returns]
        made.append(Trace(trace.scenario, BY, lines, trace.outcome))
    return made


@pytest.mark.parametrize("rule", IN_ONE)
def test_no_check_stumbles_over_a_trainer_that_gives_nothing(rule: str) -> None:
    for trace in stripped():
        for finding in CHECKS[rule](trace):
            assert 0 <= finding.at < len(trace.records)


@pytest.mark.parametrize("rule", [rule for rule in rules() if rule.startswith("STOP")])
def test_early_stopping_blames_nobody_for_what_it_cannot_see(rule: str) -> None:
    assert [f for trace in stripped() for f in CHECKS[rule](trace) if not f.ok] == []


def test_a_trainer_that_gives_nothing_is_told_so() -> None:
    broken = {result.rule.id for result in judge(stripped()).failures}
    assert "DISP-4" in broken
