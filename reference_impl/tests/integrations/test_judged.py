from types import SimpleNamespace
from typing import Any

import pytest
from tracking import judged
from tracking.judged import HOLDS, Known


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("test_the_parameters_arrive[wandb]", ("wandb", "the parameters arrive")),
        ("test_a_failing_tracker[comet_ml-disk is full]", ("comet_ml", "disk is full")),
    ],
)
def test_a_test_is_a_tracker_and_a_check(name: str, found: tuple[str, str]) -> None:
    assert judged.check_of(name) == found


def report(outcome: str, message: str = "", when: str = "call", **more: Any) -> Any:
    return SimpleNamespace(
        when=when, outcome=outcome, passed=outcome == "passed", skipped=outcome == "skipped",
        longrepr=SimpleNamespace(reprcrash=SimpleNamespace(message=message)), **more,
    )  # fmt: skip


def test_an_outcome_is_that_of_the_call_in_one_line() -> None:
    message = "AssertionError: OSError: '/tmp/a/b 1'\nassert ..."
    assert judged.outcome_of(report("passed", when="setup")) is None
    assert judged.outcome_of(report("passed")) == HOLDS
    assert judged.outcome_of(report("skipped")) is None
    assert judged.outcome_of(report("failed", message)) == "OSError: '... 1'"
    assert judged.outcome_of(report("skipped", message, wasxfail="why")) == "OSError: '... 1'"
    assert judged.outcome_of(report("failed", "to 10.0.0.1:5000")) == "to ..."
    assert judged.outcome_of(report("failed", "x" * 300)) == "x" * 200 + "..."


def test_a_failure_that_shows_something_else_is_another() -> None:
    expected = Known("why", "OSError")
    assert not judged.is_another(expected, report("skipped", "OSError: full", wasxfail="why"))
    assert judged.is_another(expected, report("skipped", "KeyError: 1", wasxfail="why"))
    assert not judged.is_another(expected, report("failed", "XPASS(strict)"))


def test_only_the_trackers_of_transformers_have_known_failures() -> None:
    assert judged.TRAINER == "reference"
    assert judged.known() == {}
    assert judged.known("transformers")["tensorboard"]["blocks"].shows == "not over in time"
