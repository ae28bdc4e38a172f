"""The suite does not shrink: no scenario, rule or observation less than what is committed."""

from __future__ import annotations

import functools
from typing import Any

import pytest

import observations
from loopspec.report.model import Report
from loopspec.run import check
from loopspec.vocabulary import Capability


@functools.cache
def judged(subject: str) -> Report:
    """The one real run of a subject that this module looks at."""
    return check(subject, processes=2)


@pytest.mark.parametrize("subject", observations.SUBJECTS)
def test_nothing_is_observed_less_than_before(subject: str) -> None:
    assert (
        observations.shrunk(observations.kept(subject), observations.counted(judged(subject))) == []
    )


@pytest.mark.parametrize("subject", observations.SUBJECTS)
def test_a_subject_with_every_capability_exercises_every_rule(subject: str) -> None:
    by = judged(subject).by
    assert by is not None
    assert set(by.capabilities) == set(Capability)
    assert observations.unexercised(judged(subject)) == []


BEFORE: dict[str, Any] = {"scenarios": 2, "rules": 2, "observations": {"A-1": 3, "A-2": 1}}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, []),
        ({"scenarios": 3, "observations": {"A-1": 4, "A-2": 1}}, []),
        ({"scenarios": 1}, ["1 scenarios, where there were 2"]),
        ({"rules": 1}, ["1 rules, where there were 2"]),
        ({"observations": {"A-1": 3}}, ["A-2 is judged no more"]),
        (
            {"observations": {"A-1": 2, "A-2": 1}},
            ["2 observations of A-1, where there were 3"],
        ),
        (
            {"observations": {"A-1": 3, "A-2": 1, "A-3": 1}},
            ["A-3 is not kept yet; run python tools/observations.py"],
        ),
    ],
)
def test_what_is_less_is_told(changes: dict[str, Any], told: list[str]) -> None:
    assert observations.shrunk(BEFORE, BEFORE | changes) == told
