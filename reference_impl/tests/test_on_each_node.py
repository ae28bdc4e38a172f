"""Where machines have disks of their own, each has the checkpoints (`save_on_each_node`)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parent / "on_each_node.py"


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Any]]:
    folder = tmp_path_factory.mktemp("machines")
    command = [sys.executable, str(SCRIPT), str(folder)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    running = [
        subprocess.Popen([*command, str(rank)], env=environment, stderr=subprocess.PIPE, text=True)
        for rank in (0, 1)
    ]
    told = [process.communicate(timeout=300)[1] for process in running]
    assert [process.returncode for process in running] == [0, 0], "\n".join(told)[-6000:]
    return folder, [json.loads((folder / f"{rank}.json").read_text()) for rank in (0, 1)]


def test_each_machine_has_whole_checkpoints(machines: tuple[Path, list[Any]]) -> None:
    first, second = machines[1]
    assert len(first["checkpoints"]) > 1
    assert first["checkpoints"] == second["checkpoints"]
    assert all(first["complete"] + second["complete"])


def test_they_hold_the_same(machines: tuple[Path, list[Any]]) -> None:
    manifests = []
    for rank in (0, 1):
        path = machines[0] / f"machine-{rank}" / "checkpoint-1" / "manifest.json"
        manifests.append(json.loads(path.read_text())["files"])
    first, second = manifests
    assert first.keys() == second.keys()
    # The state says which process it is of, and the arguments name its folder.
    differ = {name for name in first if first[name] != second[name]}
    assert differ <= {"trainer_state.json", "training_args.bin"}


def test_a_run_ends_with_the_same_bits_on_both(machines: tuple[Path, list[Any]]) -> None:
    first, second = machines[1]
    assert first["weights"] == second["weights"] == first["resumed"] == second["resumed"]


def test_what_one_machine_lacks_is_refused_in_all(machines: tuple[Path, list[Any]]) -> None:
    folder, (first, second) = machines
    newest = max(first["checkpoints"], key=lambda name: int(name.partition("-")[2]))
    own = f"Can't find a valid checkpoint at {folder / 'machine-1' / newest}: "
    own += "optimizer.pt is missing"
    assert second["told"] == f"ValueError: {own}"
    assert first["told"] == f"RuntimeError: process 1 failed: ValueError: {own}"
