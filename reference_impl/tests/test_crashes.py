"""A run that is killed anywhere loses no checkpoint; what goes on from it ends with the same bits.

Every event of one job and every operation on a file around one of its saves; with
`LOOPSPEC_CRASHES=all` (`make test-crashes`) everything in all jobs, under all fates.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import crashing
import pytest
from crashing import JOBS, PARTS, Place, same
from hypothesis import given, settings
from hypothesis import strategies as st

from loopspec_reference import checkpoint

RESULTS = os.environ.get("LOOPSPEC_CRASH_RESULTS")
ALL = os.environ.get("LOOPSPEC_CRASHES") == "all"
SUDDEN = ("kill", "power cut", "torn write")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("crashes")


@cache
def whole(folders: Path, job: str) -> dict[str, Any]:
    """The result of the run that nothing happens to, and what happens in it."""
    folder = folders / job
    assert crashing.outcome(crashing.start(job, folder)) == 0, (folder / "shown-0").read_text()
    found = crashing.load(folder)
    found["left"] = left(folder)
    return found


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "out").iterdir())


def assert_it_goes_on(folder: Path, job: str, expected: dict[str, Any]) -> str:
    """Resume from the newest complete checkpoint, and compare; which one that is."""
    announced = int((folder / "announced").read_text()) if (folder / "announced").exists() else 0
    # What resuming does first. It has to be there to know whether there is something to resume.
    checkpoint.settle(folder / "out")
    newest, passed_over = checkpoint.newest_complete(folder / "out")
    assert not passed_over, "under its own name there is only what is complete"
    step = None if newest is None else int(newest.name.removeprefix("checkpoint-"))
    best_alone = job == "best" and announced == 6  # then only the best one stays
    assert best_alone or (step or 0) >= announced, f"{announced} was lost, {step} is left"
    process = crashing.start(job, folder, resume=newest is not None)
    assert crashing.outcome(process) == 0, (folder / "shown-0").read_text()
    found = crashing.load(folder)
    for part in PARTS:
        assert same(found[part], expected[part]), (part, found[part], expected[part])
    # A run that was finished saves nothing more, and so deletes nothing.
    surplus = {"checkpoint-5"} if step == 6 else set()
    assert set(left(folder)) - surplus <= set(expected["left"]) <= set(left(folder))
    if step is None:
        return "anew"
    return "announced" if step == announced or best_alone else "not yet announced"


def crash(folder: Path, job: str, place: Place, fate: str) -> int:
    """Let a run meet its fate; its exit code."""
    return crashing.outcome(crashing.start(job, folder, place, fate))


def places(folders: Path, job: str, kind: str) -> list[tuple[Place, str]]:
    """The places of a kind in a job, with what happens there."""
    seen = whole(folders, job)["seen"]
    labels = [label for label in seen if label.startswith("on_") == (kind == "event")]
    return [(Place(kind, number), label) for number, label in enumerate(labels, 1)]


def around_a_save(found: list[tuple[Place, str]]) -> list[tuple[Place, str]]:
    """The third save, until the second is gone."""
    labels = [label for _, label in found]
    first, last = (labels.index(f"{what} .checkpoint-{n}") for what, n in SAVE)
    return found[first : last + 1]


SAVE = [("mkdir", "3.new"), ("rmdir", "2.gone")]
FEW = [("best", "event", "kill"), ("limited", "file", "kill")]
EACH = [(job, kind, fate) for job in JOBS for kind in ("event", "file") for fate in SUDDEN]
# Nothing is opened at an event.
EACH = [each for each in EACH if each[1:] != ("event", "torn write")]


@pytest.mark.parametrize(("job", "kind", "fate"), EACH if ALL else FEW)
def test_killed_anywhere_it_goes_on_to_the_same_end(
    folders: Path, tmp_path: Path, job: str, kind: str, fate: str
) -> None:
    found = places(folders, job, kind)
    found = found if ALL or kind == "event" else around_a_save(found)
    found = [at for at in found if fate != "torn write" or at[1].startswith("open")]
    wrong, outcomes = [], []
    for place, label in found:
        folder = tmp_path / str(place.number)
        try:
            code = crash(folder, job, place, fate)
            assert code == -(signal.SIGXFSZ if fate == "torn write" else signal.SIGKILL)
            outcomes.append([label, assert_it_goes_on(folder, job, whole(folders, job))])
        except AssertionError as error:
            wrong.append(f"{label} ({place.number}): {error}")
    assert not wrong, "\n".join(wrong)
    assert len(found) >= (25 if fate != "torn write" else 7)
    if RESULTS:
        name = f"{job}-{kind}-{fate.replace(' ', '-')}.json"
        Path(RESULTS, name).write_text("[\n" + ",\n".join(map(json.dumps, outcomes)) + "\n]\n")


@given(data=st.data())
@settings(max_examples=400 if ALL else 15, deadline=None)
def test_killed_again_and_again_it_goes_on_to_the_same_end(
    folders: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Also while it is resuming, and while it writes a checkpoint that is there already."""
    job = data.draw(st.sampled_from(sorted(JOBS)))
    folder = tmp_path_factory.mktemp("again")
    for attempt in range(data.draw(st.integers(1, 3))):
        kind = data.draw(st.sampled_from(["event", "file"]))
        place = Place(kind, data.draw(st.integers(1, 60 if kind == "event" else 220)))
        fate = data.draw(st.sampled_from(SUDDEN))
        # A new run in the old folder writes all checkpoints anew.
        resume = attempt > 0 and data.draw(st.booleans()) and there(folder)
        process = crashing.start(job, folder, place, fate, resume=resume)
        assert crashing.outcome(process) in (0, -signal.SIGKILL, -signal.SIGXFSZ)
    (folder / "announced").unlink(missing_ok=True)  # of one of several runs
    if there(folder):
        assert_it_goes_on(folder, job, whole(folders, job))


def there(folder: Path) -> bool:
    """Whether there is anything to resume from."""
    checkpoint.settle(folder / "out")
    return checkpoint.newest_complete(folder / "out")[0] is not None


DAMAGES: dict[str, Callable[[Path], object]] = {
    "cut short": lambda path: os.truncate(path, path.stat().st_size // 2),
    "empty": lambda path: os.truncate(path, 0),
    "gone": lambda path: path.unlink(),
    "flipped": lambda path: path.write_bytes(path.read_bytes().swapcase()),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", ["pytorch_model.bin", "optimizer.pt", "trainer_state.json"])
def test_a_newest_checkpoint_that_is_not_whole_is_passed_over_and_told(
    folders: Path, tmp_path: Path, name: str, damage: str
) -> None:
    crash(tmp_path, "plain", Place("event", 40), "kill")
    newest, _ = checkpoint.newest_complete(tmp_path / "out")
    assert newest is not None
    DAMAGES[damage](newest / name)
    found, passed_over = checkpoint.newest_complete(tmp_path / "out")
    assert found is not None
    assert crashing.outcome(crashing.start("plain", tmp_path, resume=True)) == 0
    for part in PARTS:
        assert same(crashing.load(tmp_path)[part], whole(folders, "plain")[part]), part
    (told,) = [
        line for line in (tmp_path / "shown-0").read_text().splitlines() if "Resuming from" in line
    ]
    assert told == (f"Resuming from {found}, the newest that is whole, not from {passed_over[0]}")
    assert passed_over[0].startswith(f"{newest.name} ({name} ")


@pytest.mark.parametrize("place", [Place("event", 20), Place("file", 30), Place("file", 60)])
@pytest.mark.parametrize("fate", ["SIGTERM", "Ctrl-C"])
def test_asked_to_end_it_leaves_bars_closed_and_no_half_of_a_checkpoint(
    folders: Path, tmp_path: Path, place: Place, fate: str
) -> None:
    process = crashing.start("limited", tmp_path, place, fate, disable_tqdm=False)
    assert crashing.outcome(process) == (143 if fate == "SIGTERM" else 1)
    ended = crashing.load(tmp_path)
    assert ended["raised"] == ("SystemExit: 143" if fate == "SIGTERM" else "KeyboardInterrupt: ")
    assert ended["bars"] == 0
    assert (tmp_path / "shown-0").read_text().count("\n") >= 1
    assert all(name.startswith("checkpoint-") for name in left(tmp_path))
    assert_it_goes_on(tmp_path, "limited", whole(folders, "limited"))


@pytest.mark.parametrize("number", range(7))
def test_a_full_disk_is_told_and_leaves_the_checkpoint_that_was_there(
    folders: Path, tmp_path: Path, number: int
) -> None:
    """Whichever file of the third checkpoint it is that cannot be written."""
    places = [at for at in around_a_save(_files(folders)) if at[1].startswith("open")]
    place, label = places[number]
    assert crash(tmp_path, "limited", place, "full disk") == 1
    told = crashing.load(tmp_path)["raised"]
    assert told.startswith("OSError: [Errno 27] checkpoint-3 could not be written (File too large)")
    assert left(tmp_path) == ["checkpoint-2"], label
    assert_it_goes_on(tmp_path, "limited", whole(folders, "limited"))


def _files(folders: Path) -> list[tuple[Place, str]]:
    return places(folders, "limited", "file")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 KiB; the superuser can make one."""
    disk = tmp_path / "out"
    disk.mkdir()
    options = ["-t", "tmpfs", "-o", "size=64k", "none", str(disk)]
    done = subprocess.run(["mount", *options], capture_output=True, check=False)
    if done.returncode != 0:
        pytest.skip("only the superuser can mount a small disk")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_disk_that_is_really_full(small_disk: Path, tmp_path: Path) -> None:
    """Three checkpoints fit; with a limit of two there is room for the next again."""
    assert crashing.outcome(crashing.start("plain", tmp_path)) == 1
    told = crashing.load(tmp_path)["raised"]
    assert "could not be written (No space left on device)" in told
    steps = [int(name.removeprefix("checkpoint-")) for name in left(tmp_path)]
    assert f"checkpoint-{steps[-1] + 1} could not" in told
    newest, passed_over = checkpoint.newest_complete(small_disk)
    assert newest is not None
    assert (newest.name, passed_over) == (f"checkpoint-{steps[-1]}", [])
    assert crashing.outcome(crashing.start("limited", tmp_path / "more")) == 0
