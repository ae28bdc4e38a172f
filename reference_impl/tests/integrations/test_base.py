"""What all trackers share, with one that only notes how it is called."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from loopspec_reference import Trainer, TrainerCallback
from loopspec_reference.integrations.base import TrackerCallback


class Noting(TrackerCallback):
    """Keeps no logs."""

    name = "noting"

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.calls: list[str] = []

    def find_open(self) -> None:
        self.calls.append(f"find in {threading.current_thread().name}")

    def setup(self, args: Any, state: Any, model: Any) -> None:
        self.calls.append(f"setup in {threading.current_thread().name}")

    def close(self, failed: bool) -> None:
        self.calls.append("close")


class OnEachMachine(Noting):
    one_per_machine = True


FOUND, SET_UP = "find in MainThread", "setup in tracker noting"


def test_what_is_open_is_looked_for_in_the_own_thread(build: Callable[..., Trainer]) -> None:
    tracker = Noting()
    build(2, [tracker]).train()
    assert tracker.calls == [FOUND, SET_UP, "close"]


def test_one_that_keeps_no_logs_is_not_opened_for_them(build: Callable[..., Trainer]) -> None:
    tracker = Noting()
    build(2, [tracker]).log({"loss": 1.0})
    assert tracker.calls == []


def test_looking_may_fail_as_any_call(build: Callable[..., Trainer], caplog: Any) -> None:
    class Failing(Noting):
        def find_open(self) -> None:
            raise OSError("nothing there")

    tracker = Failing()
    build(2, [tracker]).train()
    assert tracker.calls == ["close"]
    assert "noting is off: it raised OSError: nothing there." in caplog.text


@pytest.mark.parametrize("tracker", [Noting(), OnEachMachine()])
def test_the_first_process_of_all_or_of_each_machine(
    build: Callable[..., Trainer], tracker: Noting
) -> None:
    trainer = build(2)
    state = trainer.state
    state.is_local_process_zero, state.is_world_process_zero = True, False
    tracker.on_train_begin(trainer.args, state, trainer.control)
    assert bool(tracker.calls) == tracker.one_per_machine


class Silent(Noting):
    """Does not come back from one call."""

    def __init__(self, silent: str, gate: threading.Event, **options: Any) -> None:
        super().__init__(timeout=0.05, **options)
        self.silent, self.gate = silent, gate

    def _wait(self, call: str) -> None:
        if call == self.silent:
            self.gate.wait()

    def setup(self, args: Any, state: Any, model: Any) -> None:
        self._wait("setup")

    def log(self, values: dict[str, float], texts: dict[str, str], step: int) -> None:
        self._wait("log")

    def close(self, failed: bool) -> None:
        self._wait("close")


@pytest.mark.parametrize("call", ["setup", "log", "close"])
@pytest.mark.parametrize("on_error", ["warn", "raise"])
def test_a_call_that_does_not_come_back_is_an_error_as_others_are(
    build: Callable[..., Trainer], caplog: Any, call: str, on_error: Any
) -> None:
    gate = threading.Event()
    trainer = build(2, [Silent(call, gate, on_error=on_error)])
    if on_error == "raise":
        with pytest.raises(TimeoutError, match=r"no answer within 0.05 seconds"):
            trainer.train()
        assert caplog.text == ""
    else:
        trainer.train()
        told = "noting is off: it raised TimeoutError: no answer within 0.05 seconds."
        assert caplog.text.count("noting is off") == 1
        assert told in caplog.text
    gate.set()


class Sending(Noting):
    """Notes what each call may take; sends files, and goes on with it in the background."""

    def __init__(self, sends_files: bool, **options: Any) -> None:
        super().__init__(timeout=100, **options)
        self.background, self.limits = sends_files, []  # type: ignore[var-annotated]
        self._bounded.call = lambda action, seconds: self._note(action, seconds)  # type: ignore[method-assign]

    def _note(self, action: Callable[[], None], seconds: float) -> None:
        action()
        self.limits.append((self.calls[-1].partition(" ")[0], seconds))

    def save(self, checkpoint: Path, args: Any, state: Any) -> None:
        self.calls.append("save")

    def finish(self, args: Any, state: Any, model: Any, processing_class: Any) -> None:
        self.calls.append("finish")
        self.sends_files = self.background


@pytest.mark.parametrize("sends_files", [False, True])
def test_what_sends_files_may_take_longer(
    build: Callable[..., Trainer], sends_files: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOOPSPEC_TRACKER_UPLOAD_TIMEOUT", "2000")
    tracker = Sending(sends_files)
    build(2, [tracker], save_strategy="steps", save_steps=2).train()
    assert tracker.limits == [
        ("setup", 100), ("save", 2000), ("finish", 2000), ("close", 2000 if sends_files else 100),
    ]  # fmt: skip


@pytest.mark.parametrize("variable", ["TIMEOUT", "UPLOAD_TIMEOUT"])
def test_a_limit_that_is_no_number_is_an_error_at_once(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(f"LOOPSPEC_TRACKER_{variable}", "soon")
    with pytest.raises(ValueError, match=f"TRACKER_{variable} is a number of seconds, not 'soon'"):
        Noting()


def test_what_failed_stays_failed_until_the_next_training(build: Callable[..., Trainer]) -> None:
    class Logging(Noting):
        def log(self, values: dict[str, float], texts: dict[str, str], step: int) -> None:
            self.calls.append("log")

        def close(self, failed: bool) -> None:
            self.calls.append("failed" if failed else "good")

    class Raises(TrainerCallback):
        def on_step_end(self, *_: Any, **kwargs: Any) -> None:
            if not healed:
                raise KeyError("on purpose")

    tracker, healed = Logging(), []  # type: ignore[var-annotated]
    trainer = build(2, [tracker, Raises()])
    with pytest.raises(KeyError):
        trainer.train()
    trainer.log({"loss": 1.0})
    healed.append(True)
    trainer.train()
    trainer.log({"loss": 1.0})
    ends = [call for call in tracker.calls if call in ("failed", "good")]
    assert ends == ["failed", "failed", "good", "good"]
