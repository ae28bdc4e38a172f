"""CodeCarbon with the real package: a row for each training, wherever the machine is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cases.codecarbon import rows
from tracking.play import Played, can_isolate, play

from loopspec_reference.integrations.codecarbon import CodeCarbonCallback

pytest.importorskip("codecarbon")


def run(folder: Path, **job: Any) -> Played:
    environment = {"CODECARBON_LOG_LEVEL": "warning", **job.pop("environment", {})}
    return play(
        folder, trainer="reference", report_to=["codecarbon"], environment=environment, **job
    )


def test_each_training_has_a_row(tmp_path: Path) -> None:
    at = {"CODECARBON_COUNTRY_ISO_CODE": "FRA", "CODECARBON_PROJECT_NAME": "loops"}
    played = run(tmp_path, environment=at, calls=["train", "log", "train again"])
    assert (played.result["error"], played.warnings) == ("", []), played.output
    found = rows(tmp_path)
    assert len(found) == 2
    for row, call in zip(found, ("train", "train again"), strict=True):
        assert (row["country_iso_code"], row["project_name"]) == ("FRA", "loops")
        assert 0 < float(row["duration"]) <= played.result["seconds"][call]
        assert float(row["energy_consumed"]) > 0
        assert float(row["emissions"]) > 0


def test_a_training_that_raises_has_one_too(tmp_path: Path) -> None:
    at = {"CODECARBON_COUNTRY_ISO_CODE": "FRA"}
    played = run(tmp_path, environment=at, raise_at=5)
    assert played.result["error"] == "KeyError: 'on purpose'"
    assert (played.code, played.warnings) == (0, []), played.output
    assert len(rows(tmp_path)) == 1


def test_a_place_that_is_not_found_is_no_place(tmp_path: Path) -> None:
    if not can_isolate():
        pytest.skip("the network cannot be taken away here (unshare)")
    (warning,) = run(tmp_path).warnings
    assert warning.startswith("codecarbon is off: it raised RuntimeError: Unable to access geogr")
    assert "Using 'Canada' as the default value" in warning


def test_the_first_process_of_each_machine_measures() -> None:
    assert CodeCarbonCallback.one_per_machine
