"""One of several processes is killed, or all: the others end, and what is left is gone on from.

With `LOOPSPEC_CRASHES=all` (`make test-crashes`) at every event.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import crashing
import pytest
from crashing import PARTS, Place, same

from loopspec_reference import checkpoint

JOB, SIZE = "plain", 2
EVENTS = 45
#: In which processes, at which place. Only the first one writes.
KILLED: dict[str, tuple[list[int], Place]] = {
    "the second, in a step": ([1], Place("event", 12)),
    "the second, at a save": ([1], Place("event", 22)),
    "the first, in a step": ([0], Place("event", 12)),
    "the first, as it writes": ([0], Place("file", 55)),
    "the first, as it renames": ([0], Place("file", 66)),
    "both, in a step": ([0, 1], Place("event", 12)),
    "both, at a save": ([0, 1], Place("event", 22)),
}
if os.environ.get("LOOPSPEC_CRASHES") == "all":
    KILLED |= {
        f"{who}, at event {n}": (ranks, Place("event", n))
        for who, ranks in {"the second": [1], "both": [0, 1]}.items()
        for n in range(1, EVENTS + 1)
    }


@pytest.fixture(scope="module")
def folder_of_all(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("several")


@cache
def whole(folder: Path) -> list[dict[str, Any]]:
    """What each process has at the end of a run that nothing happens to."""
    codes = [crashing.outcome(each) for each in crashing.start_all(JOB, folder, SIZE)]
    assert codes == [0] * SIZE, (folder / "shown-0").read_text()
    found = [crashing.load(folder, rank) for rank in range(SIZE)]
    assert {sum(label.startswith("on_") for label in one["seen"]) for one in found} == {EVENTS}
    return found


def assert_the_same(folder: Path, folder_of_all: Path) -> None:
    for rank, expected in enumerate(whole(folder_of_all)):
        found = crashing.load(folder, rank)
        if rank:
            # Buffers are each process's own after a step; a checkpoint has the first one's, which
            # all have again with the next step.
            for result in (found, expected):
                result["weights"].pop("mean", None)
        for part in PARTS:
            assert same(found[part], expected[part]), (rank, part)


@pytest.mark.parametrize("killed", KILLED)
def test_the_others_end_and_what_goes_on_ends_the_same(
    folder_of_all: Path, tmp_path: Path, killed: str
) -> None:
    ranks, place = KILLED[killed]
    fates = dict.fromkeys(ranks, (place, "kill"))
    codes = [crashing.outcome(each) for each in crashing.start_all(JOB, tmp_path, SIZE, fates)]
    assert [code == -signal.SIGKILL for code in codes] == [rank in ranks for rank in range(SIZE)]
    if (
        place.number < EVENTS - 1 or place.kind == "file"
    ):  # else there is nothing left to do together
        assert 0 not in codes
    notes = tmp_path / "announced"
    announced = int(notes.read_text()) if notes.exists() else 0
    checkpoint.settle(tmp_path / "out")
    newest, passed_over = checkpoint.newest_complete(tmp_path / "out")
    assert not passed_over
    step = 0 if newest is None else int(newest.name.removeprefix("checkpoint-"))
    assert step >= announced
    resumed = crashing.start_all(JOB, tmp_path, SIZE, resume=newest is not None)
    assert [crashing.outcome(each) for each in resumed] == [0] * SIZE
    assert_the_same(tmp_path, folder_of_all)


def test_torchrun_ends_what_is_left_and_starts_what_goes_on(
    folder_of_all: Path, tmp_path: Path
) -> None:
    def torchrun(*arguments: str) -> tuple[int, str]:
        script = Path(__file__).with_name("crashing.py")
        command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
        command += [f"--nproc-per-node={SIZE}", str(script), str(tmp_path), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        return done.returncode, done.stderr

    code, told = torchrun("0", "1", "22")
    assert code != 0
    assert "Signal 9 (SIGKILL)" in told
    assert checkpoint.newest_complete(tmp_path / "out")[0] is not None
    code, told = torchrun("1")
    assert code == 0, told
    assert_the_same(tmp_path, folder_of_all)
