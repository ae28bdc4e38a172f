from __future__ import annotations

import ast
import itertools
import re
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


def bars(text: str) -> list[str]:
    """All states of all bars that were drawn, in turn."""
    return re.findall(r"(\d+/\d+) \[", text)


@pytest.fixture
def every_state(monkeypatch: pytest.MonkeyPatch) -> None:
    """By a clock that runs fast, tqdm draws every state of a bar."""
    ticks = itertools.count(1)
    monkeypatch.setattr("tqdm.std.time", lambda: float(next(ticks)))


@pytest.mark.usefixtures("every_state")
def test_evaluations_have_a_bar_below_that_of_training(
    build: Callable[..., Trainer], capsys: pytest.CaptureFixture[str]
) -> None:
    build(disable_tqdm=False, eval_strategy="steps", eval_steps=3, n=5).train()
    shown = capsys.readouterr()
    assert list(dict.fromkeys(bars(shown.err))) == [
        "0/5", "1/5", "2/5", "3/5", "0/2", "1/2", "2/2", "4/5", "5/5",
    ]  # fmt: skip
    assert "\n\r  0%|          | 0/2" in shown.err  # one line below
    assert shown.err.endswith("\n")
    assert [line.split(":")[0] for line in shown.out.splitlines()] == [
        "{'eval_loss'", "{'eval_loss'", "{'train_runtime'",
    ]  # fmt: skip


@pytest.mark.usefixtures("every_state")
def test_an_evaluation_by_itself_has_a_bar_that_stays_and_prints_nothing(
    build: Callable[..., Trainer], capsys: pytest.CaptureFixture[str]
) -> None:
    trainer = build(disable_tqdm=False)
    trainer.evaluate()
    trainer.predict(trainer.eval_dataset)
    shown = capsys.readouterr()
    assert bars(shown.err) == ["0/2", "1/2", "2/2", "2/2"] * 2
    assert (shown.out, shown.err[-1]) == ("", "\n")


@pytest.mark.usefixtures("every_state")
def test_a_stopped_run_leaves_its_bar_where_it_stopped(
    build: Callable[..., Trainer], capsys: pytest.CaptureFixture[str]
) -> None:
    class Stops(TrainerCallback):
        def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            control.should_training_stop = state.global_step == 2

    build(callbacks=[Stops()], disable_tqdm=False).train()
    assert bars(capsys.readouterr().err)[-1] == "2/4"


def test_the_printer_draws_no_bars(
    build: Callable[..., Trainer], capsys: pytest.CaptureFixture[str]
) -> None:
    trainer = build(logging_strategy="steps", logging_steps=2)
    trainer.train()
    trainer.evaluate()
    shown = capsys.readouterr()
    lines = [ast.literal_eval(line) for line in shown.out.splitlines()]
    assert [next(iter(line)) for line in lines] == ["loss", "loss", "train_runtime", "eval_loss"]
    assert lines[0]["epoch"] == "0.5"
    assert shown.err == ""


def test_max_str_len_is_the_users_choice(
    build: Callable[..., Trainer], capsys: pytest.CaptureFixture[str]
) -> None:
    class Logs(TrainerCallback):
        def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            trainer.log({"text": "a" * state.global_step, "texts": ["a" * 9]})

    trainer = build(callbacks=[Logs()], disable_tqdm=False)
    trainer.remove_callback(ProgressCallback)
    trainer.add_callback(ProgressCallback(max_str_len=2))
    trainer.train()
    lines = [ast.literal_eval(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["text"][:19] for line in lines[:-1]] == [
        "a", "aa", "[String too long to", "[String too long to",
    ]  # fmt: skip
    assert lines[3]["texts"] == ["aaaaaaaaa"]
    assert [entry["text"] for entry in trainer.state.log_history[:-1]] == ["a", "aa", "aaa", "aaaa"]


def test_nothing_is_shown_by_another_process(capsys: pytest.CaptureFixture[str]) -> None:
    class Other(State):
        is_local_process_zero = is_world_process_zero = False

    for display in (PrinterCallback(), ProgressCallback()):
        for event in ("train_begin", "step_end", "prediction_step", "log", "evaluate", "train_end"):
            method = getattr(display, f"on_{event}")
            method(None, Other, None, logs={"loss": 1.0}, eval_dataloader=[1])
    assert capsys.readouterr() == ("", "")


def test_a_removed_display_is_silent(
    build: Callable[..., Trainer], capsys: pytest.CaptureFixture[str]
) -> None:
    for disable_tqdm, display in ((True, PrinterCallback), (False, ProgressCallback)):
        trainer = build(disable_tqdm=disable_tqdm, logging_strategy="epoch")
        trainer.remove_callback(display)
        trainer.train()
    assert capsys.readouterr() == ("", "")


@pytest.mark.usefixtures("every_state")
def test_an_evaluation_that_fails_leaves_no_bar(
    build: Callable[..., Trainer], capsys: pytest.CaptureFixture[str]
) -> None:
    class Fails(TrainerCallback):
        def on_prediction_step(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            raise RuntimeError("enough")

    trainer = build(disable_tqdm=False)
    trainer.add_callback(Fails())
    for call in (trainer.evaluate, lambda: trainer.predict(trainer.eval_dataset)):
        with pytest.raises(RuntimeError, match="enough"):
            call()
        assert capsys.readouterr().err.endswith("\n")
    trainer.remove_callback(Fails)
    trainer.evaluate()
    assert bars(capsys.readouterr().err)[:3] == ["0/2", "1/2", "2/2"]


def test_without_a_length_there_is_no_bar_for_an_evaluation(
    capsys: pytest.CaptureFixture[str],
) -> None:
    progress = ProgressCallback()
    progress.on_prediction_step(None, State, None, eval_dataloader=iter(()))  # type: ignore[arg-type]
    assert (progress.prediction_bar, capsys.readouterr().err) == (None, "")
