"""transformers' own callbacks, unchanged, on this trainer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from loopspec_reference import PrinterCallback, Trainer

transformers = pytest.importorskip("transformers")

EACH_STEP = {
    "eval_strategy": "steps",
    "eval_steps": 1,
    "save_strategy": "steps",
    "save_steps": 1,
    "load_best_model_at_end": True,
    "metric_for_best_model": "score",
}


def test_early_stopping_stops(build: Callable[..., Trainer], recorder: Any) -> None:
    trainer = build(
        n=8,
        callbacks=[recorder, transformers.EarlyStoppingCallback(2)],
        scores=[1.0, 2.0, 2.0, 1.5, 3.0],
        **EACH_STEP,
    )
    trainer.train()
    assert recorder.codes == "IE TB EB " + "SB PO OS SE ps ps LG EV SV " * 4 + "EE LG TE"


def test_early_stopping_is_stored_and_comes_back(
    build: Callable[..., Trainer], tmp_path: Path
) -> None:
    def make() -> Trainer:
        stopping = transformers.EarlyStoppingCallback(3)
        return build(
            n=8,
            callbacks=[stopping],
            scores=[2.0, 1.0],
            restore_callback_states_from_checkpoint=True,
            **EACH_STEP,
        )

    first = make()
    assert first.train().global_step == 4
    second = make()
    # Two of the three bad evaluations are in the checkpoint; the third ends the run.
    second.train(resume_from_checkpoint=str(tmp_path / "checkpoint-3"))
    assert second.state.global_step == 4
    restored = second.callback_handler.callbacks[1]
    assert type(restored) is transformers.EarlyStoppingCallback
    assert restored.early_stopping_patience_counter == 3


def test_the_printer_prints(
    build: Callable[..., Trainer], capsys: pytest.CaptureFixture[str]
) -> None:
    trainer = build(logging_strategy="steps", logging_steps=2)
    trainer.remove_callback(PrinterCallback)
    trainer.add_callback(transformers.PrinterCallback)
    trainer.train()
    lines = capsys.readouterr().out.splitlines()
    assert [line.startswith("{'loss': '") for line in lines] == [True, True, False]


def test_the_progress_bar_advances(
    build: Callable[..., Trainer], capsys: pytest.CaptureFixture[str]
) -> None:
    build(callbacks=[transformers.ProgressCallback()], eval_strategy="epoch").train()
    assert "4/4" in capsys.readouterr().err


def test_its_default_flow_serves_as_well(build: Callable[..., Trainer], recorder: Any) -> None:
    settings = {"eval_strategy": "epoch", "save_strategy": "steps", "save_steps": 2}
    ours = build(callbacks=[recorder], **settings)
    ours.train()
    codes = recorder.codes
    recorder.rows.clear()
    theirs = build(**settings)
    theirs.callback_handler.callbacks[:] = [transformers.DefaultFlowCallback(), recorder]
    theirs.train()
    assert codes == "IE " + recorder.codes


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_tensorboard_writes_what_was_logged(
    build: Callable[..., Trainer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from transformers.integrations import TensorBoardCallback

    monkeypatch.setenv("TENSORBOARD_LOGGING_DIR", str(tmp_path / "board"))
    trainer = build(
        callbacks=[TensorBoardCallback()],
        scores=[1.0, 2.0],
        logging_strategy="steps",
        logging_steps=1,
        eval_strategy="steps",
        eval_steps=2,
    )
    trainer.train()
    board = EventAccumulator(str(tmp_path / "board"))
    board.Reload()
    written = {
        (tag, event.step): event.value
        for tag in board.Tags()["scalars"]
        for event in board.Scalars(tag)
    }
    logged = {}
    for entry in trainer.state.log_history:
        for key, value in entry.items():
            if key.startswith("eval_"):
                logged["eval/" + key.removeprefix("eval_"), entry["step"]] = value
            elif key != "step":
                logged["train/" + key, entry["step"]] = value
    assert len(logged) > 20
    assert written == pytest.approx(logged, rel=1e-6)
