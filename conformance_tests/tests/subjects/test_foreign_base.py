"""What the translations of foreign protocols share, on a home-made engine of forty lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from loopspec import Act, Event, Scenario, Scripted, Subject, SubjectFault, Verdict, check, record
from loopspec.playing import describe
from loopspec.subjects.foreign.base import (
    ADAPTED,
    Control,
    ForeignDriver,
    ForeignSubject,
    Run,
    linked,
)


class Engine:
    """Calls functions by the names of its hooks; `stop` is its one flag."""

    def __init__(self, epochs: int, batches: int) -> None:
        self.epochs, self.batches, self.stop = epochs, batches, False
        self.model = SimpleNamespace(passes=0)
        self.hooks: list[Callable[[str], None]] = []

    def call(self, name: str) -> None:
        for hook in self.hooks:
            hook(name)

    def fit(self) -> None:
        self.stop = False
        self.call("fit starts")
        for _ in range(self.epochs):
            self.call("epoch starts")
            for _ in range(self.batches):
                self.call("batch starts")
                self.model.passes += 1
                self.call("batch ends")
                if self.stop:
                    break
            self.call("epoch ends")
            if self.stop:
                break
        self.call("fit ends")


HOOKS = {
    "fit starts": Event.TRAIN_BEGIN,
    "epoch starts": Event.EPOCH_BEGIN,
    "batch starts": Event.STEP_BEGIN,
    "batch ends": Event.STEP_END,
    "epoch ends": Event.EPOCH_END,
    "fit ends": Event.TRAIN_END,
}


class _Control(Control):
    should_training_stop = linked(lambda e: e.stop, lambda e: setattr(e, "stop", True))


class EngineSubject(ForeignSubject):
    name = "engine"
    distribution = "no-such-distribution"
    capabilities = ForeignSubject.capabilities - {"evaluation"}
    adapted = {"global_step": "The engine counts nothing."}
    engine: type[Engine] = Engine

    def assemble(self, scenario: Scenario, callbacks: Sequence[Any], folder: Path) -> ForeignDriver:
        engine = self.engine(int(scenario.num_train_epochs), scenario.train_batches)
        run = Run(scenario, engine.model)
        run.control = _Control(engine)
        engine.hooks = [
            lambda name, tell=tell: tell(HOOKS[name]) for tell in run.telling(callbacks)
        ]
        return ForeignDriver(run, engine.fit)

    def observe(self, event: Event, keywords: Any) -> dict[str, Any]:
        return {}  # its model has no weights to look at


def told(subject: Subject, *acts: Act, **job: Any) -> str:
    return record(
        subject, Scenario(name="x", callbacks=(Scripted("a", acts),), train_batches=2, **job)
    ).text()


def test_hooks_become_events_and_passes_of_a_run_steps() -> None:
    once = "TB@0 EB@0 SB@0 SE@1 SB@1 SE@2 EE@2 TE@2"
    assert told(EngineSubject(), num_train_epochs=1, calls=("train", "train")) == f"{once} {once}"


def test_a_linked_flag_is_read_from_the_engine_and_stops_it() -> None:
    text = told(EngineSubject(), Act(Event.STEP_END, 1, raises="T"), calls=("train", "train"))
    first, second = text.split(" TB")
    assert first == "TB@0 EB@0 SB@0 SE@1 EE@1[T] TE@1[T]"
    assert second.startswith("@0 EB@0 SB@0 SE@1 SB@1 SE@2 EE@2 EB@2")


def test_flags_that_the_adapter_keeps_fall_where_the_protocol_says() -> None:
    text = told(
        EngineSubject(),
        Act(Event.STEP_END, 1, raises="E"),
        num_train_epochs=2,
    )
    assert text.split(" EB") == [
        "TB@0",
        "@0 SB@0 SE@1 SB@1[E] SE@2[E] EE@2[E]",
        "@2 SB@2 SE@3 SB@3 SE@4 EE@4 TE@4",
    ]


def test_a_good_engine_conforms_and_is_judged_by_what_is_its_own() -> None:
    report = check(EngineSubject(), processes=0)
    assert report.ok
    verdicts = {result.rule.id: result.verdict for result in report.results}
    for rule in ("EVT-2", "EVT-6", "EVT-11", "EVT-40", "CTRL-1", "CTRL-23", "DISP-1"):
        assert verdicts[rule] is Verdict.PASS, rule
    for rule in ("EVT-1", "EVT-4", "EVT-15", "EVT-16", "STATE-14", "PROC-1", "FLOW-4"):
        assert verdicts[rule] is Verdict.NOT_APPLICABLE, rule
    told_of = {result.rule.id: result.message for result in report.results}
    assert told_of["EVT-15"] == "global_step is the adapter's, not the trainer's"
    assert report.left_out["half-an-epoch"] == "epochs are whole"


class _StopsLate(Engine):
    """Looks at its flag when an epoch ends."""

    def fit(self) -> None:
        self.stop = False
        self.call("fit starts")
        for _ in range(self.epochs):
            self.call("epoch starts")
            for _ in range(self.batches):
                self.call("batch starts")
                self.model.passes += 1
                self.call("batch ends")
            self.call("epoch ends")
            if self.stop:
                break
        self.call("fit ends")


class _Unclosed(Engine):
    """Its last hook never comes."""

    def call(self, name: str) -> None:
        if name != "fit ends":
            super().call(name)


@pytest.mark.parametrize(("engine", "rule"), [(_StopsLate, "CTRL-23"), (_Unclosed, "EVT-3")])
def test_what_the_engine_does_wrong_is_reported(engine: type[Engine], rule: str) -> None:
    subject = EngineSubject()
    subject.engine = engine
    assert rule in {result.rule.id for result in check(subject, processes=0).failures}


def test_a_scenario_that_asks_for_more_is_left_out_with_the_reason() -> None:
    trace = record(EngineSubject(), Scenario(name="x", max_steps=3))
    assert trace.left_out
    assert trace.outcome.error == "its length is told in epochs"
    assert trace.records == []


def test_what_no_adapter_can_declare_is_the_adapters_fault() -> None:
    subject = EngineSubject()
    subject.adapted = {**ADAPTED, "on_lunch": "There is none."}
    with pytest.raises(SubjectFault, match="it declares 'on_lunch' as adapted"):
        describe(subject)


def test_an_evaluation_that_an_adapter_declares_and_has_not_is_told() -> None:
    driver = ForeignDriver(Run(Scenario(name="x"), SimpleNamespace(passes=0)), lambda: None)
    with pytest.raises(NotImplementedError):
        driver.evaluate()
