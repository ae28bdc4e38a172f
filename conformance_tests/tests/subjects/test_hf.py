"""The adapter for what is shaped like transformers' Trainer, on transformers' own."""

from __future__ import annotations

from typing import Any

import torch
import transformers

from loopspec.corpus import ALONE, CORPUS
from loopspec.judge import judge
from loopspec.recording import record
from loopspec.scenario import Scenario
from loopspec.subjects.hf import HFSubject
from loopspec.vocabulary import Capability, Event, Verdict


class NeverClearsEpochStop(transformers.Trainer):
    """A newcomer's bug: should_epoch_stop is set back only by hand, and somebody forgot."""

    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        handler = self.callback_handler

        def on_epoch_begin(args: Any, state: Any, control: Any) -> Any:
            return handler.call_event("on_epoch_begin", args, state, control)

        handler.on_epoch_begin = on_epoch_begin


def test_one_bug_is_reported_as_the_one_rule_that_a_person_would_name() -> None:
    subject = HFSubject(NeverClearsEpochStop)
    report = judge([record(subject, scenario) for scenario in ALONE.values()], whole=True)
    must = [result for result in report.failures if result.level == "MUST"]
    assert [result.rule.id for result in must] == ["CTRL-3"]
    assert "should_epoch_stop cleared" in must[0].message


class OwnModel(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inner = torch.nn.Linear(1, 1)

    def forward(self, x: torch.Tensor, labels: torch.Tensor) -> dict[str, torch.Tensor]:
        out = self.inner(x)
        return {"loss": ((out - labels) ** 2).mean(), "logits": out}


class WithOwnModel(HFSubject):
    def make_model(self, scenario: Scenario) -> Any:
        return OwnModel()


def test_a_derivative_builds_what_it_wants() -> None:
    trace = record(WithOwnModel(name="own model"), Scenario(name="x", num_train_epochs=1))
    assert trace.outcome.kind == "completed"
    assert [r.seen["moved"] for r in trace.of(Event.OPTIMIZER_STEP)] == [True, True, True]
    assert trace.by.subject == "own model"


def test_provenance_names_versions() -> None:
    subject = HFSubject()
    assert subject.name == "transformers.trainer:Trainer"
    assert subject.version == transformers.__version__
    assert set(subject.packages) == {"torch", "transformers", "accelerate"}


class OldArguments:
    """Arguments of a version that does not evaluate on start yet."""

    def __init__(self, output_dir: str) -> None:
        self.output_dir = output_dir


class OldCallback:
    """A callback of a version without optimizer events."""


def test_what_a_version_does_not_offer_is_not_declared() -> None:
    assert HFSubject().capabilities == frozenset(Capability)
    old = HFSubject(arguments_class=OldArguments, callback_base=OldCallback)
    missing = {
        Capability.EVAL_ON_START,
        Capability.OPTIMIZER_EVENTS,
        Capability.CALLBACK_STATES,
        Capability.PUSHING,
    }
    assert frozenset(Capability) - old.capabilities == missing


def test_what_is_not_declared_is_not_judged() -> None:
    fewer = HFSubject(capabilities=frozenset({Capability.EPOCHS}))
    report = judge([record(fewer, CORPUS["plain"])])
    not_applicable = {r.rule.id for r in report.results if r.verdict is Verdict.NOT_APPLICABLE}
    assert {"CTRL-3", "CTRL-11", "STOP-1"} <= not_applicable
    assert report.ok
