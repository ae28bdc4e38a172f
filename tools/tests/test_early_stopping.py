"""Who stops when: what is kept, the page of it, and how a run is put into one word."""

from __future__ import annotations

import early_stopping
import pytest
import write_early_stopping

from loopspec import Scenario, predict
from loopspec.machine.players import metric_key


def test_the_page_shows_what_is_kept() -> None:
    text = write_early_stopping.PAGE.read_text("utf-8")
    assert text == write_early_stopping.page(write_early_stopping.results())


@pytest.mark.parametrize("name", early_stopping.SUBJECTS)
def test_each_subject_was_asked_for_all(name: str) -> None:
    kept = write_early_stopping.results()[name]
    cases = [early_stopping.case(*one).name for one in early_stopping.CASES]
    assert list(kept["early_stopping"]) == cases
    assert list(kept["requests"]) == [*early_stopping.REQUESTS, "second fit after batch 2"]
    assert kept["version"] != "unknown"


def test_what_is_kept_of_transformers_is_what_the_machine_predicts() -> None:
    kept = write_early_stopping.results()["transformers"]
    for one in early_stopping.CASES:
        scenario = early_stopping.case(*one)
        assert metric_key(scenario) == "eval_score"
        assert kept["early_stopping"][scenario.name] == early_stopping.ended(predict(scenario))
    for name, act in early_stopping.REQUESTS.items():
        trace = predict(early_stopping.request(act))
        assert kept["requests"][name] == early_stopping.letters(trace)


def test_a_run_in_one_word() -> None:
    trace = predict(Scenario(name="x", num_train_epochs=1, train_batches=2, eval_strategy="epoch"))
    assert early_stopping.letters(trace) == "(eBBEV)"
