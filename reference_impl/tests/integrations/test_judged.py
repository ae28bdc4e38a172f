import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from tracking import judged


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("test_the_parameters_arrive[wandb]", ("wandb", "the parameters arrive")),
        ("test_a_failing_tracker[comet_ml-disk is full]", ("comet_ml", "disk is full")),
    ],
)
def test_a_test_is_a_tracker_and_a_check(name: str, found: tuple[str, str]) -> None:
    assert judged.check_of(name) == found


def test_what_is_known_is_told_in_its_words(tmp_path: Path) -> None:
    verdicts = judged.Verdicts()
    verdicts.take("test_a[wandb]", "holds", "")
    verdicts.take("test_f[wandb-blocks]", "known", "It waits.")
    verdicts.write(tmp_path / "made")
    written = json.loads((tmp_path / "made" / "wandb.json").read_text("utf-8"))
    assert written == {"a": "holds", "blocks": "It waits."}


def test_an_outcome_is_that_of_the_call_or_a_skip() -> None:
    setup = SimpleNamespace(when="setup", skipped=False, passed=True, outcome="passed")
    call = SimpleNamespace(when="call", skipped=False, passed=True, outcome="passed")
    broken = SimpleNamespace(when="call", skipped=False, passed=False, outcome="failed")
    expected = SimpleNamespace(when="call", skipped=True, passed=False, wasxfail="reason: why")
    assert judged.outcome_of(setup) is None
    assert judged.outcome_of(call) == ("holds", "")
    assert judged.outcome_of(broken) == ("failed", "")
    assert judged.outcome_of(expected) == ("known", "why")


def test_only_the_trackers_of_transformers_have_known_failures() -> None:
    assert judged.TRAINER == "reference"
    assert judged.known() == {}
