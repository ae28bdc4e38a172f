from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from loopspec_reference import PrinterCallback, ProgressCallback, Trainer, TrainerCallback

LOGS = {"loss": 1 / 3, "total_flos": 7.0, "note": "x" * 101, "fits": "x" * 100, "n": 3}


class State:
    is_local_process_zero = is_world_process_zero = True
    global_step, max_steps = 0, 4


def test_the_printer_prints_a_copy_without_total_flos(capsys: pytest.CaptureFixture[str]) -> None:
    logs: dict[str, Any] = dict(LOGS)
    PrinterCallback().on_log(None, State, None, logs=logs)  # type: ignore[arg-type]
    out = capsys.readouterr().out
    assert out.startswith("{'loss': '0.3333', 'note': 'xxx")
    assert "total_flos" not in out
    assert logs == LOGS


def test_the_output_of_train_keeps_total_flos(build: Callable[..., Trainer]) -> None:
    assert "total_flos" in build().train().metrics


def test_the_default_display_follows_disable_tqdm(build: Callable[..., Trainer]) -> None:
    kinds = {
        flag: type(build(disable_tqdm=flag).callback_handler.callbacks[-1])
        for flag in (True, False)
    }
    assert kinds == {True: PrinterCallback, False: ProgressCallback}


def test_long_strings_are_shortened_above_the_bar(capsys: pytest.CaptureFixture[str]) -> None:
    progress = ProgressCallback()
    progress.on_train_begin(None, State, None)  # type: ignore[arg-type]
    progress.on_log(None, State, None, logs=dict(LOGS))  # type: ignore[arg-type]
    progress.close()
    out = capsys.readouterr().out
    assert "[String too long to display, length: 101 > 100." in out
    assert "'fits': '" + "x" * 100 + "'" in out
    assert "'loss': '0.3333'" in out
    assert "total_flos" not in out


def test_a_whole_run_leaves_no_bar_open(
    build: Callable[..., Trainer], capsys: pytest.CaptureFixture[str]
) -> None:
    trainer = build(disable_tqdm=False, eval_strategy="epoch")
    bar = trainer.callback_handler.callbacks[-1]
    trainer.train()
    trainer.evaluate()
    trainer.predict(trainer.eval_dataset)
    assert (bar.training_bar, bar.prediction_bar, bar.current_step) == (None, None, 4)
    assert "4/4" in capsys.readouterr().err


def test_an_exception_closes_the_bar(build: Callable[..., Trainer]) -> None:
    class Fails(TrainerCallback):
        def on_step_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            raise RuntimeError("enough")

    trainer = build(callbacks=[Fails()], disable_tqdm=False)
    with pytest.raises(RuntimeError, match="enough"):
        trainer.train()
    assert trainer.callback_handler.callbacks[-1].training_bar is None


def test_a_bar_that_came_late_is_no_error(build: Callable[..., Trainer]) -> None:
    class Adds(TrainerCallback):
        def on_epoch_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            trainer.add_callback(ProgressCallback())

    trainer = build(callbacks=[Adds()])
    assert trainer.train().global_step == 4
