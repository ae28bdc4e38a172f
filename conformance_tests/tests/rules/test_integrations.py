"""Each rule of the chapter on integrations: which broken trace it reports, and with what words.

A trace is predicted, and then changed as a trainer with one bug would have made it.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from loopspec.corpus import CORPUS
from loopspec.judge import judge
from loopspec.machine.predict import predict
from loopspec.spec import rules
from loopspec.trace import Outcome, Provenance, Return, Trace
from loopspec.vocabulary import Capability, Edition, Event, Level, Verdict

BY = Provenance("a broken trainer", "1", tuple(Capability), "1")
CHAPTER = [rule for rule in rules().values() if rule.id.startswith("INT-")]

Edit = Callable[[Trace], None]


def trackers(*names: str) -> Edit:
    def edit(trace: Trace) -> None:
        trace.returns[0].seen["trackers"] = list(names)

    return edit


def lost(tag: str) -> Edit:
    def edit(trace: Trace) -> None:
        seen = trace.returns[0].seen
        seen["tracked"] = [one for one in seen["tracked"] if one[0] != tag]

    return edit


def extra(trace: Trace) -> None:
    trace.returns[0].seen["tracked"].append(["train/step", 4, 4])


def again(trace: Trace) -> None:
    trace.returns[0].seen["tracked"].append(["eval/score", 4, 2.0])


def no_parameters(trace: Trace) -> None:
    trace.returns[0].seen["parameters"] = False


def other_loss(trace: Trace) -> None:
    log = trace.trainers[-1][-2]
    assert log.event is Event.LOG
    log.logs = {"train_loss": 9.0}


def fewer(trace: Trace) -> None:
    trace.records.pop()


def passed_over(trace: Trace) -> None:
    trace.returns.append(Return(2, "new", seen={"trackers": []}))
    trace.outcome = Outcome("completed")


def other_error(trace: Trace) -> None:
    trace.outcome = Outcome("raised", "KeyError: 3", during="new")


def fallen(trace: Trace) -> None:
    del trace.records[len(trace.trainers[0]) :], trace.returns[1:]
    trace.outcome = Outcome("raised", "OSError: no room", during="train")


ONLY = "nothing in the event files but what was logged, and that once"

CASES = [
    ("INT-2", "reports-to-none", trackers("wandb"), "no tracker", "wandb"),
    ("INT-3", "tracked-then-not", trackers(), "a tracker for tensorboard and no other", "none"),
    (
        "INT-3",
        "tracked-then-not",
        trackers("tensorboard", "wandb"),
        "a tracker for tensorboard and no other",
        "tensorboard, wandb",
    ),
    (
        "INT-4",
        "reports-to-all",
        trackers(),
        "a tracker for tensorboard, which is installed",
        "no tracker",
    ),
    (
        "INT-5",
        "reports-to-nobody-known",
        passed_over,
        "a ValueError about nowhere when the trainer is built",
        "a trainer",
    ),
    (
        "INT-5",
        "reports-to-nobody-known",
        other_error,
        "a ValueError about nowhere when the trainer is built",
        "KeyError: 3",
    ),
    (
        "INT-6",
        "tracked-then-not",
        lost("eval/score"),
        "what is logged in the event files, at this step",
        "no eval/score 1.0",
    ),
    (
        "INT-6",
        "tracked-then-not",
        extra,
        ONLY,
        "train/step 4 at step 4",
    ),
    ("INT-6", "tracked-then-not", again, ONLY, "eval/score 2.0 at step 4"),
    ("INT-7", "tracked-then-not", no_parameters, "the arguments in the event files", "none"),
    (
        "INT-8",
        "tracked-then-not",
        other_loss,
        "as without the tracker: LG@4[T] {'train_loss': 9.0}",
        "LG@4[T] {'train_runtime': None",
    ),
    (
        "INT-8",
        "tracked-then-not",
        fewer,
        "as many events as without the tracker, 33",
        "34",
    ),
    (
        "INT-9",
        "reports-to-what-is-missing",
        passed_over,
        "an error that names tensorboard, when the trainer is built",
        "a trainer",
    ),
    (
        "INT-9",
        "reports-to-what-is-missing",
        other_error,
        "an error that names tensorboard, when the trainer is built",
        "KeyError: 3",
    ),
    (
        "INT-10",
        "reports-to-all-that-is-there",
        trackers("tensorboard", "wandb"),
        "no tracker for tensorboard",
        "tensorboard, wandb",
    ),
    (
        "INT-11",
        "reports-twice",
        trackers("tensorboard", "tensorboard"),
        "one tracker for tensorboard",
        "2 of them",
    ),
    (
        "INT-13",
        "tracker-without-room",
        fallen,
        "training goes on to its end",
        "OSError: no room",
    ),
]


def broken(name: str, edit: Edit) -> Trace:
    given = predict(CORPUS[name])
    trace = Trace(given.scenario, BY, [*given.records, *given.returns], given.outcome)
    edit(trace)
    return Trace(trace.scenario, BY, [*trace.records, *trace.returns], trace.outcome)


@pytest.mark.parametrize(("rule", "name", "edit", "expected", "got"), CASES)
def test_a_rule_reports_what_breaks_it(
    rule: str, name: str, edit: Edit, expected: str, got: str
) -> None:
    report = judge([broken(name, edit)], rules=CHAPTER)
    failures = [r for r in report.results if r.verdict is Verdict.FAIL]
    assert [r.rule.id for r in failures] == [rule]
    evidence = failures[0].evidence
    assert evidence is not None
    assert evidence.expected == expected
    assert evidence.got.startswith(got)


@pytest.mark.parametrize(("names", "seen"), [((), "none"), (("tensorboard",), "all")])
@pytest.mark.parametrize("edition", Edition)
def test_either_default_conforms(names: tuple[str, ...], seen: str, edition: Edition) -> None:
    trace = broken("reports-by-default", trackers(*names))
    (result,) = judge([trace], rules=[rules()["INT-1"]], edition=edition).results
    assert (result.verdict, result.variants) == (Verdict.PASS, {seen: 1})


@pytest.mark.parametrize(
    ("edit", "seen"),
    [(None, "error"), (trackers("tensorboard"), "all"), (trackers(), "none")],
)
def test_any_answer_to_null_conforms(edit: Edit | None, seen: str) -> None:
    def answered(trace: Trace) -> None:
        if edit is not None:
            trace.returns[0] = Return(2, "new")
            edit(trace)
            trace.outcome = Outcome("completed")

    trace = broken("reports-to-null", answered)
    (result,) = judge([trace], rules=[rules()["INT-12"]]).results
    assert (result.verdict, result.variants) == (Verdict.PASS, {seen: 1})


def test_numbers_of_a_trainer_without_a_tracker_are_not_looked_for() -> None:
    def answered(trace: Trace) -> None:
        found = {"trackers": ["tensorboard"], "tracked": [], "parameters": False}
        trace.returns[:] = [Return(1, "train", seen={"trackers": []}), Return(2, "new", seen=found)]
        trace.outcome = Outcome("completed")

    (result,) = judge([broken("reports-to-null", answered)], rules=[rules()["INT-6"]]).results
    assert result.verdict is Verdict.NOT_EXERCISED


def test_every_rule_has_a_case() -> None:
    may = {rule.id for rule in CHAPTER if rule.level is Level.MAY}
    assert {rule.id for rule in CHAPTER} - {case[0] for case in CASES} == may
