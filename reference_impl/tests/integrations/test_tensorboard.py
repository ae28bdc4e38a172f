"""TensorBoard with the real package: what was logged is read back from the event files."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from cases.tensorboard import Standing

from loopspec_reference import Trainer, TrainerCallback
from loopspec_reference.integrations.tensorboard import TensorBoardCallback
from loopspec_reference.integrations.values import rewrite

pytest.importorskip("tensorboard")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

LOGGED = {
    "report_to": "tensorboard",
    "logging_strategy": "steps",
    "logging_steps": 5,
    "eval_strategy": "steps",
    "eval_steps": 10,
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TENSORBOARD_LOGGING_DIR", str(tmp_path / "board"))
    return tmp_path / "board"


def board(folder: Path) -> Any:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    return EventAccumulator(str(folder), size_guidance={"scalars": 0, "tensors": 0}).Reload()


def written(folder: Path) -> dict[tuple[str, int], float]:
    read = board(folder)
    tags = read.Tags()["scalars"]
    return {(tag, event.step): event.value for tag in tags for event in read.Scalars(tag)}


def logged(trainer: Trainer) -> dict[tuple[str, int], float]:
    return {
        (rewrite(name), entry["step"]): value
        for entry in trainer.state.log_history
        for name, value in entry.items()
        if name != "step"
    }


def test_every_logged_value_is_written(build: Callable[..., Trainer], folder: Path) -> None:
    trainer = build(20, scores=[1.0, 2.0], **LOGGED)
    trainer.train()
    assert len(logged(trainer)) > 20
    assert written(folder) == pytest.approx(logged(trainer), rel=1e-6)


def test_the_arguments_are_written(build: Callable[..., Trainer], folder: Path) -> None:
    build(2, **LOGGED).train()
    (event,) = board(folder).Tensors("args/text_summary")
    assert b'"learning_rate": 0.1' in event.tensor_proto.string_val[0]


def test_a_second_training_and_a_log_after_the_end_are_added(
    build: Callable[..., Trainer], folder: Path
) -> None:
    trainer = build(5, **LOGGED)
    trainer.train()
    trainer.log({"eval_after": 3.0})
    trainer.log({"again": 4.0})
    assert written(folder)["eval/after", 5] == 3.0
    assert written(folder)["train/again", 5] == 4.0
    assert written(folder)["train/loss", 5] > 0
    trainer.train()
    assert len(board(folder).Scalars("train/train_loss")) == 2


def test_two_trainings_in_the_same_second_have_two_files(
    build: Callable[..., Trainer], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """tensorboardX names its files by the second, and would write over the first."""
    pytest.importorskip("tensorboardX")
    with monkeypatch.context() as missing:
        for module in ("tensorboard", "torch.utils.tensorboard"):
            missing.setitem(sys.modules, module, None)
        missing.setattr("tensorboardX.event_file_writer.time", Standing())
        trainers = [build(5, **LOGGED) for _ in range(2)]
        for number, trainer in enumerate(trainers):
            trainer.train()
            trainer.log({f"eval_after{number}": 1.0})
    assert type(trainers[0].callback_handler.callbacks[1].tb_writer).__module__ == (
        "tensorboardX.writer"
    )
    assert len(list(folder.iterdir())) == 4
    values = written(folder)
    assert values.keys() >= {("eval/after0", 5), ("eval/after1", 5), ("train/loss", 5)}


def test_the_folder_is_in_the_output_folder_by_default(
    build: Callable[..., Trainer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TENSORBOARD_LOGGING_DIR", raising=False)
    build(2, **LOGGED).train()
    assert len(list((tmp_path / "runs").glob("*/events.out.tfevents*"))) == 1


class Fake:
    """A writer that raises or notes."""

    def __init__(self, raising: bool = False) -> None:
        self.raising = raising
        self.tags: list[str] = []

    def add_text(self, tag: str, *rest: Any) -> None:
        self.tags.append(tag)

    def add_scalar(self, tag: str, *rest: Any) -> None:
        if self.raising:
            raise OSError("disk full")
        self.tags.append(tag)

    def flush(self) -> None:
        """Nothing to do."""


def weights(trainer: Trainer) -> list[torch.Tensor]:
    return [parameter.detach().clone() for parameter in trainer.model.parameters()]


def test_a_writer_may_be_given_and_stays_open(build: Callable[..., Trainer]) -> None:
    writer = Fake()
    build(2, [TensorBoardCallback(writer)]).train()
    assert writer.tags[:2] == ["args", "train/train_runtime"]


def test_a_failing_writer_costs_one_warning_and_no_weight(
    build: Callable[..., Trainer], caplog: Any
) -> None:
    plain = build(6, logging_strategy="steps", logging_steps=1)
    plain.train()
    failing = build(6, [TensorBoardCallback(Fake(True))], logging_strategy="steps", logging_steps=1)
    with caplog.at_level(logging.WARNING):
        failing.train()
    (warning,) = [r.getMessage() for r in caplog.records]
    assert warning.startswith("tensorboard is off: it raised OSError: disk full.")
    assert all(map(torch.equal, weights(plain), weights(failing)))


def test_a_folder_that_cannot_be_made_takes_nothing_down(
    build: Callable[..., Trainer], folder: Path, caplog: Any
) -> None:
    folder.write_text("in the way")
    plain = build(6)
    plain.train()
    blocked = build(6, **LOGGED)
    with caplog.at_level(logging.WARNING):
        blocked.train()
    assert [r.getMessage().partition(":")[0] for r in caplog.records] == ["tensorboard is off"]
    assert all(map(torch.equal, weights(plain), weights(blocked)))


def test_raising_can_be_asked_for(build: Callable[..., Trainer]) -> None:
    with pytest.raises(OSError, match="disk full"):
        build(2, [TensorBoardCallback(Fake(True), on_error="raise")]).train()
    with pytest.raises(ValueError, match="on_error is 'warn' or 'raise'"):
        TensorBoardCallback(on_error="ignore")


def test_it_is_closed_when_training_raises(build: Callable[..., Trainer], folder: Path) -> None:
    class Failing(TrainerCallback):
        def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            raise KeyError("on purpose")

    trainer = build(2, [Failing()], **LOGGED)
    with pytest.raises(KeyError):
        trainer.train()
    tracker = trainer.callback_handler.callbacks[1]
    assert isinstance(tracker, TensorBoardCallback)
    assert not tracker._is_open


def test_other_processes_write_nothing(build: Callable[..., Trainer], folder: Path) -> None:
    trainer = build(2, **LOGGED)
    tracker = trainer.callback_handler.callbacks[1]
    trainer.state.is_world_process_zero = False
    tracker.on_train_begin(trainer.args, trainer.state, trainer.control)
    tracker.on_log(trainer.args, trainer.state, trainer.control, logs={"loss": 1.0})
    assert not folder.exists()
