"""What is AzureML's own: an offline run, which takes no steps, and a run that is given."""

from __future__ import annotations

from collections.abc import Callable

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


def test_a_given_run_is_used(build: Build, capsys: pytest.CaptureFixture[str]) -> None:
    from azureml.core.run import Run

    run = Run.get_context()
    callback = AzureMLCallback(azureml_run=run)
    build(2, [callback], **BY_STEPS).train()
    assert callback.azureml_run is run
    assert "metric loss:" in capsys.readouterr().out
