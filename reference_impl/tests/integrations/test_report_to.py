"""`report_to` in every form, and what becomes of packages that are missing or broken."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from loopspec_reference import Trainer, TrainingArguments
from loopspec_reference.integrations import TRACKERS
from loopspec_reference.integrations.availability import is_installed
from loopspec_reference.integrations.base import TrackerCallback

pytest.importorskip("tensorboard")


@pytest.fixture(autouse=True)
def _only_tensorboard(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if no other tracker were installed, whatever is here."""
    for name, tracker in TRACKERS.items():
        if name != "tensorboard":
            monkeypatch.setitem(TRACKERS, name, replace(tracker, needs=(("not_installed",),)))


def trackers(trainer: Trainer) -> list[str]:
    callbacks = trainer.callback_handler.callbacks
    return [callback.name for callback in callbacks if isinstance(callback, TrackerCallback)]


def hide(monkeypatch: pytest.MonkeyPatch, *modules: str) -> None:
    for module in modules:
        monkeypatch.setitem(sys.modules, module, None)


@pytest.mark.parametrize("choice", ["none", ["none"], []])
def test_none_is_nothing(build: Callable[..., Trainer], choice: Any) -> None:
    assert trackers(build(report_to=choice)) == []


@pytest.mark.parametrize("choice", ["all", ["all"], "tensorboard", ["tensorboard"] * 2])
def test_all_a_name_a_list_and_doubles_give_one_each(
    build: Callable[..., Trainer], choice: Any
) -> None:
    assert trackers(build(report_to=choice)) == ["tensorboard"]


def test_all_is_the_default() -> None:
    assert TrainingArguments().report_to == ["tensorboard"]


@pytest.mark.parametrize(
    ("choice", "refused"),
    [
        (["none", "tensorboard"], "'none'"),
        (["tensorboard", "all"], "'all'"),
        ("TensorBoard", "'TensorBoard'"),
        ("a tracker", "'a tracker'"),
        (["tensorboard", "a tracker"], "'a tracker'"),
        ("tensorboard,wandb", "'tensorboard,wandb'"),
        (("tensorboard",), r"\('tensorboard',\)"),
        ("", "''"),
        (None, "None"),
        ([None], "None"),
        (1, "1"),
    ],
)
def test_all_else_is_an_error_that_says_what_there_is(
    build: Callable[..., Trainer], choice: Any, refused: str
) -> None:
    words = (
        f"^{refused} is not supported in report_to: azure_ml, comet_ml, .* are known here; 'all'"
    )
    with pytest.raises(ValueError, match=words):
        build(report_to=choice)


def test_what_is_missing_is_left_out_of_all(
    build: Callable[..., Trainer], monkeypatch: pytest.MonkeyPatch
) -> None:
    hide(monkeypatch, "tensorboard", "tensorboardX")
    assert trackers(build(report_to="all")) == []


def test_what_is_missing_is_an_error_by_name(
    build: Callable[..., Trainer], monkeypatch: pytest.MonkeyPatch
) -> None:
    hide(monkeypatch, "tensorboard", "tensorboardX")
    with pytest.raises(RuntimeError, match="not installed: pip install tensorboard"):
        build(report_to="tensorboard")


@pytest.mark.parametrize("name", [name for name in TRACKERS if name != "tensorboard"])
def test_every_tracker_says_what_to_install_where_it_is_missing(
    build: Callable[..., Trainer], name: str
) -> None:
    words = f"{name}, which is not installed: pip install {TRACKERS[name].install}"
    with pytest.raises(RuntimeError, match=words):
        build(report_to=name)


def test_what_is_broken_is_an_error_by_name_and_a_warning_in_all(
    build: Callable[..., Trainer], monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    # Found, yet its import fails: PyTorch's writer is hidden, and tensorboardX is not there.
    hide(monkeypatch, "torch.utils.tensorboard", "tensorboardX")
    with pytest.raises(RuntimeError, match="is installed, but importing it raised"):
        build(report_to="tensorboard")
    with caplog.at_level(logging.WARNING):
        assert trackers(build(report_to="all")) == []
    assert [r.getMessage().partition(",")[0] for r in caplog.records] == [
        "The package for tensorboard is installed"
    ]


def test_nothing_is_imported_to_find_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    (tmp_path / "not_to_be_run.py").write_text("raise SystemExit")
    (tmp_path / "left_behind").mkdir()  # no package
    monkeypatch.syspath_prepend(str(tmp_path))
    assert is_installed("not_to_be_run")
    assert not is_installed("left_behind")
    assert "not_to_be_run" not in sys.modules


def test_mlflow_can_be_switched_off(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    (tmp_path / "mlflow.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert is_installed("mlflow")
    monkeypatch.setenv("DISABLE_MLFLOW_INTEGRATION", "true")
    assert not is_installed("mlflow")
