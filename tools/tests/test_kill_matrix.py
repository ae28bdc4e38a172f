"""Every mutant is reported, first by the rule that a person would name; the matrix is current."""

import functools
import json
from typing import Any

import kill_matrix
import pytest

from loopspec.corpus import CORPUS
from loopspec.mutants import ZOO


@functools.cache
def found(name: str) -> dict[str, Any]:
    return kill_matrix.judged(name)


SIMULATED = [name for name, mutant in ZOO.items() if not mutant.trainer]
PLAYED = [name for name, mutant in ZOO.items() if mutant.trainer]


@functools.cache
def committed() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(kill_matrix.MATRIX.read_text("utf-8"))
    return loaded


@pytest.mark.parametrize("name", SIMULATED)
def test_a_mutant_is_reported_first_by_the_rule_that_names_it(name: str) -> None:
    first = found(name)["first"]
    assert first is not None, "nothing was reported"
    assert first["rule"] == ZOO[name].first


@pytest.mark.parametrize("name", SIMULATED)
def test_what_is_said_of_a_mutant_is_what_is_committed(name: str) -> None:
    assert found(name) == committed()["mutants"][name], "python tools/kill_matrix.py"


@pytest.mark.parametrize("name", PLAYED)
def test_a_spoiled_trainer_is_reported_by_what_the_matrix_says(name: str) -> None:
    """On the scenario that is shown, as the whole corpus takes up to a minute for each of them:
    `.ci/run` computes the whole matrix."""
    first = committed()["mutants"][name]["first"]
    assert first["rule"] == ZOO[name].first
    report = kill_matrix.played(ZOO[name], [CORPUS[first["scenario"]]])
    messages = [kill_matrix.said_of(failure) for failure in report.failures]
    assert first in messages


def test_the_matrix_speaks_of_the_mutants_that_there_are() -> None:
    assert list(committed()["mutants"]) == list(ZOO)


def test_the_page_shows_the_matrix() -> None:
    assert kill_matrix.PAGE.read_text("utf-8") == kill_matrix.page(committed())
