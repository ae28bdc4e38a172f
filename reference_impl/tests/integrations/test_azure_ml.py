"""What is AzureML's own: a run that takes steps, and one that does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from loopspec_reference import Trainer
from loopspec_reference.integrations.azure_ml import AzureMLCallback

pytest.importorskip("azureml.core")
pytestmark = pytest.mark.filterwarnings("ignore")
Build = Callable[..., Trainer]
BY_STEPS = {"logging_strategy": "steps", "logging_steps": 1}


def test_an_offline_run_is_told_the_step_in_each_row(
    build: Build, capsys: pytest.CaptureFixture[str]
) -> None:
    build(2, report_to="azure_ml", **BY_STEPS).train()
    lines = capsys.readouterr().out.splitlines()
    start = lines.index("Attempted to log scalar metric step:")
    assert lines[start + 1] == "1"
    assert lines[start + 2] == "Attempted to log scalar metric loss:"
    assert float(lines[start + 3]) > 0


def test_a_submitted_run_takes_the_step_with_each_value(build: Build) -> None:
    """The real signature; only where it would send is taken out, as there is no service."""
    from azureml.core.run import Run

    sent: list[tuple[str, int]] = []

    class Submitted(Run):
        def __init__(self) -> None:
            """No experiment."""

        def log(
            self, name: str, value: Any, description: str = "", step: int | None = None
        ) -> None:
            sent.append((name, step or 0))

    build(2, [AzureMLCallback(Submitted())], **BY_STEPS).train()
    assert ("loss", 1) in sent
    assert ("loss", 2) in sent
    assert "step" not in {name for name, _ in sent}


def test_a_given_run_is_used(build: Build, capsys: pytest.CaptureFixture[str]) -> None:
    from azureml.core.run import Run

    run = Run.get_context()
    callback = AzureMLCallback(azureml_run=run)
    build(2, [callback], **BY_STEPS).train()
    assert callback.azureml_run is run
    assert "metric loss:" in capsys.readouterr().out
