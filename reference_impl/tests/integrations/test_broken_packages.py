"""Packages that are found and cannot be used, in each form, through the trainer's constructor."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from loopspec_reference import Trainer
from loopspec_reference.integrations import TRACKERS, available
from loopspec_reference.integrations.base import TrackerCallback

Build = Callable[..., Trainer]

MODULES = {
    "azure_ml": "azureml", "comet_ml": "comet_ml", "dagshub": "dagshub", "dvclive": "dvclive",
    "mlflow": "mlflow", "neptune": "neptune", "tensorboard": "tensorboard", "wandb": "wandb",
    "codecarbon": "codecarbon", "clearml": "clearml", "flyte": "flytekit", "trackio": "trackio",
}  # fmt: skip
"""What each tracker imports."""

BROKEN = {
    "import something_that_is_missing": "ModuleNotFoundError: No module named 'something_that_is",
    "from enum import gone": "ImportError: cannot import name 'gone' from 'enum'",
    "import enum; enum.gone": "AttributeError: module 'enum' has no attribute 'gone'",
    "raise OSError('some.so: cannot open')": "OSError: some.so: cannot open",
    "class :": "SyntaxError: invalid syntax",
    "raise SystemExit('no libraries')": "SystemExit: no libraries",
}


@pytest.fixture(params=MODULES)
def tracker(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[str]:
    """The only one there is: its package is below `tmp_path`, and empty."""
    chosen: str = request.param
    for name, known in TRACKERS.items():
        if name != chosen:
            monkeypatch.setitem(TRACKERS, name, replace(known, needs=(("not_installed",),)))
    made = {MODULES[chosen], "mlflow"} if chosen == "dagshub" else {MODULES[chosen]}
    before = {name: module for name, module in sys.modules.items() if _is_of(name, made)}
    for name in before:
        del sys.modules[name]
    for name in made:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("")
    about = tmp_path / "azureml_core-1.0.dist-info"
    if chosen == "azure_ml":
        about.mkdir()
        (about / "METADATA").write_text("Metadata-Version: 2.1\nName: azureml-core\nVersion: 1.0\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    yield chosen
    for name in [name for name in sys.modules if _is_of(name, made)]:
        del sys.modules[name]
    sys.modules |= before


def _is_of(module: str, packages: set[str]) -> bool:
    # PyTorch's writer holds what it imported.
    return module.partition(".")[0] in packages or module.startswith("torch.utils.tensorboard")


def trackers(trainer: Trainer) -> list[str]:
    callbacks = trainer.callback_handler.callbacks
    return [callback.name for callback in callbacks if isinstance(callback, TrackerCallback)]


@pytest.mark.parametrize("code", BROKEN)
def test_it_is_an_error_by_name_and_left_out_of_all_with_a_warning(
    build: Build, tracker: str, code: str, tmp_path: Path, caplog: Any
) -> None:
    (tmp_path / MODULES[tracker] / "__init__.py").write_text(code)
    told = f"The package for {tracker} is installed, but importing it raised {BROKEN[code]}"
    with pytest.raises(RuntimeError) as raised:
        build(report_to=tracker)
    assert str(raised.value).startswith(told)
    assert str(raised.value).endswith(f"Reinstall it: pip install {TRACKERS[tracker].install}.")
    is_in_all = tracker in available()
    with caplog.at_level(logging.WARNING):
        assert trackers(build(report_to="all")) == []
    warnings = [record.getMessage() for record in caplog.records]
    assert [words.startswith(told) for words in warnings] == [True] * is_in_all
    assert is_in_all or tracker in ("flyte", "dagshub")


def test_what_an_uninstalled_package_left_behind_is_no_package(
    build: Build, tracker: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / MODULES[tracker] / "__init__.py").unlink()
    for about in tmp_path.glob("*.dist-info/METADATA"):
        about.unlink()
        about.parent.rmdir()
    # Without the real one, if it is installed here.
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    with pytest.raises(RuntimeError, match=f"names {tracker}, which is not installed: pip install"):
        build(report_to=tracker)
    assert trackers(build(report_to="all")) == []
