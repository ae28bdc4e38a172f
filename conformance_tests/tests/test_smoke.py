"""Whose fault is it? Each way of getting an adapter wrong, and what is said of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from loopspec import Driver, SubjectFault, check
from loopspec.targets import load_file

toys = load_file(Path(__file__).with_name("toys.py"))


class Mute(Driver):
    """A driver that trains, and has nothing else of what its subject declares."""

    def train(self) -> None: ...


def adapter(build: Any = None, **members: Any) -> Any:
    """The toy subject with another way of building, or with other attributes."""
    return type("Wrong", (toys.ToySubject,), {**({"build": build} if build else {}), **members})()


def trained_by(trainer: Any) -> Any:
    return toys.ToyDriver(trainer)


def callbacks_of(recorder: Any) -> Any:
    return recorder.registered("instance")


WRONG_BUILDS = {
    "gives nothing back": (
        lambda self, scenario, recorder, folder: None,
        "build() gave back NoneType, no loopspec.Driver.",
    ),
    "gives the trainer back": (
        lambda self, scenario, recorder, folder: toys.ToyTrainer(scenario, []),
        "build() gave back ToyTrainer, no loopspec.Driver.",
    ),
    "lacks methods": (
        lambda self, scenario, recorder, folder: Mute(),
        "Mute lacks evaluate() for evaluation; log() for logging. Write what is missing, or do",
    ),
    "passes no callbacks": (
        lambda self, scenario, recorder, folder: trained_by(toys.ToyTrainer(scenario, [])),
        "it trained and called no callback at all.",
    ),
}


@pytest.mark.parametrize("wrong", WRONG_BUILDS)
def test_an_adapter_that_builds_nothing_that_can_be_judged(wrong: str) -> None:
    build, said = WRONG_BUILDS[wrong]
    with pytest.raises(SubjectFault) as fault:
        check(adapter(build), rules=["CTRL-3"], processes=0)
    assert said in str(fault.value)
    assert "\n" not in str(fault.value)


def test_a_driver_that_does_not_train() -> None:
    class Idle(toys.ToyDriver):  # type: ignore[misc]
        def train(self) -> None: ...

    def build(self: Any, scenario: Any, recorder: Any, folder: Path) -> Any:
        return Idle(toys.ToyTrainer(scenario, callbacks_of(recorder)))

    with pytest.raises(SubjectFault, match="while the trainer was built, and never again"):
        check(adapter(build), rules=["CTRL-3"], processes=0)


def test_a_capability_that_there_is_not() -> None:
    with pytest.raises(SubjectFault, match="it declares 'evalution', which is no capability"):
        check(adapter(capabilities=frozenset({"evalution"})), processes=0)


def shortened(scenario: Any) -> Any:
    from msgspec.structs import replace

    return replace(scenario, train_batches=scenario.train_batches + 7)


class Blind(toys.ToyTrainer):  # type: ignore[misc]
    """Calls callbacks with nothing but the arguments."""

    def call(self, method: Any, **keywords: Any) -> None:
        own = getattr(method, "__self__", None) is self
        if own:
            super().call(method, **keywords)
        else:
            method(self.args)


DOUBTFUL = {
    "one callback only": (
        lambda s, r: toys.ToyTrainer(s, callbacks_of(r)[:1]),
        ["The callback last was never called, first was."],
    ),
    "callbacks twice": (
        lambda s, r: toys.ToyTrainer(s, callbacks_of(r) * 2),
        ["Every event came twice in a row, on_train_begin first of all."],
    ),
    "another job": (
        lambda s, r: toys.ToyTrainer(shortened(s), callbacks_of(r)),
        ["The scenario asks for 6 steps (plain: 2 epochs of 3 batches), and 20 came."],
    ),
    "no state and no control": (
        lambda s, r: Blind(s, callbacks_of(r)),
        ["No callback was ever given a state", "No callback was ever given a control"],
    ),
    "nothing": (lambda s, r: toys.ToyTrainer(s, callbacks_of(r)), []),
}


@pytest.mark.parametrize("sign", DOUBTFUL)
def test_signs_of_a_wrong_adapter_are_told_and_the_trainer_is_judged(sign: str) -> None:
    made, said = DOUBTFUL[sign]

    def build(self: Any, scenario: Any, recorder: Any, folder: Path) -> Any:
        return trained_by(made(scenario, recorder))

    report = check(adapter(build), rules=["EVT-1", "CTRL-3"], processes=0)
    assert len(report.doubts) == len(said), report.doubts
    assert all(text.startswith(start) for text, start in zip(report.doubts, said, strict=True))


def test_an_adapter_that_trains_while_it_builds() -> None:
    def build(self: Any, scenario: Any, recorder: Any, folder: Path) -> Any:
        trainer = toys.ToyTrainer(scenario, callbacks_of(recorder))
        trainer.train()
        return trained_by(trainer)

    report = check(adapter(build), rules=["EVT-1"], processes=0)
    assert report.doubts[0].startswith("on_train_begin came while build() was running.")


def test_doubts_stand_at_the_top_of_the_report() -> None:
    from io import StringIO

    from rich.console import Console

    from loopspec.report.terminal import show

    def build(self: Any, scenario: Any, recorder: Any, folder: Path) -> Any:
        return trained_by(toys.ToyTrainer(scenario, callbacks_of(recorder)[:1]))

    out = StringIO()
    report = check(adapter(build), rules=["CTRL-3"], processes=0)
    show(report, Console(file=out, width=100))
    lines = out.getvalue().splitlines()
    assert "Look at the adapter first" in lines[:4]
