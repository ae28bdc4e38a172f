from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch

from loopspec_reference import TrainerState, checkpoint, get_last_checkpoint
from loopspec_reference.checkpoint import keep_only_best, rotate


def make(folder: Path, *steps: int) -> None:
    for age, step in enumerate(steps):
        path = folder / f"checkpoint-{step}"
        path.mkdir()
        os.utime(path, (age, age))


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_last_checkpoint_is_that_of_the_highest_step(tmp_path: Path) -> None:
    assert get_last_checkpoint(tmp_path) is None
    make(tmp_path, 9, 10)
    (tmp_path / "checkpoint-11").write_text("a file")
    (tmp_path / "checkpoint-12-old").mkdir()
    assert get_last_checkpoint(tmp_path) == str(tmp_path / "checkpoint-10")


def whole(folder: Path) -> Path:
    """A small checkpoint, as the trainer writes it."""

    def fill(new: Path) -> None:
        model = torch.nn.Linear(2, 1)
        model.requires_grad_(False).weight.fill_(1)
        checkpoint.write_model(new, model, None)
        for name in (checkpoint.OPTIMIZER_NAME, checkpoint.SCHEDULER_NAME, checkpoint.RNG_NAME):
            checkpoint.dump({"a": torch.ones(3)}, new / name)
        TrainerState().save_to_json(new / checkpoint.STATE_NAME)

    checkpoint.write(folder, fill)
    return folder


FILES = ["pytorch_model.bin", "optimizer.pt", "scheduler.pt", "rng_state.pth", "trainer_state.json"]


@pytest.mark.parametrize("sealed", [True, False], ids=["with manifest", "without"])
@pytest.mark.parametrize("name", FILES)
def test_a_part_that_is_missing_or_cut_short_or_damaged_is_told(
    tmp_path: Path, name: str, sealed: bool
) -> None:
    folder = whole(tmp_path / "checkpoint-1")
    if not sealed:
        (folder / "manifest.json").unlink()
    assert checkpoint.fault(folder) is None
    contents = (folder / name).read_bytes()
    half = len(contents) // 2

    (folder / name).write_bytes(contents[:half])
    told = f"{name} has {half} bytes instead of {len(contents)}" if sealed else f"{name} is damaged"
    assert checkpoint.fault(folder) == told

    # Into a number of the tensors, or the syntax of the state.
    at = contents.index(b"\x80\x3f") if b"\x80\x3f" in contents else contents.index(b"{")
    (folder / name).write_bytes(contents[:at] + b"!" + contents[at + 1 :])
    told = f"{name} is not what was written" if sealed else f"{name} is damaged"
    assert checkpoint.fault(folder) == told
    assert checkpoint.fault(folder, contents=False) is None

    (folder / name).unlink()
    assert checkpoint.fault(folder) == f"{name} is missing"


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"files": []}', '{"files": {"a": 1}}'])
def test_a_manifest_that_is_none_is_told(tmp_path: Path, text: str) -> None:
    folder = whole(tmp_path / "checkpoint-1")
    (folder / "manifest.json").write_text(text)
    assert checkpoint.fault(folder) == "manifest.json cannot be read"


def test_what_comes_later_is_nobodys_concern(tmp_path: Path) -> None:
    folder = whole(tmp_path / "checkpoint-1")
    (folder / "notes.txt").write_text("uploaded")
    assert checkpoint.fault(folder) is None


def test_the_newest_that_is_whole_is_found_with_those_that_are_not(tmp_path: Path) -> None:
    assert checkpoint.newest_complete(tmp_path / "nowhere") == (None, [])
    for step in (8, 9, 10, 11):
        whole(tmp_path / f"checkpoint-{step}")
    (tmp_path / "checkpoint-11" / "manifest.json").write_text("")
    (tmp_path / "checkpoint-10" / "optimizer.pt").unlink()
    (tmp_path / "checkpoint-8" / "optimizer.pt").unlink()
    assert checkpoint.newest_complete(tmp_path) == (
        tmp_path / "checkpoint-9",
        [
            "checkpoint-11 (manifest.json cannot be read)",
            "checkpoint-10 (optimizer.pt is missing)",
        ],
    )


@pytest.mark.parametrize(
    ("limit", "best", "expected"),
    [
        (None, None, [1, 2, 3, 7]),
        (0, None, [1, 2, 3, 7]),
        (2, None, [2, 3]),
        (2, 7, [3, 7]),
        (1, 7, [3, 7]),
        (1, None, [3]),
    ],
)
def test_the_oldest_go_and_the_newest_and_best_stay(
    tmp_path: Path, limit: int | None, best: int | None, expected: list[int]
) -> None:
    # 7 is left over from an earlier run: the oldest, though its step is the highest.
    make(tmp_path, 7, 1, 2, 3)
    best_path = None if best is None else str(tmp_path / f"checkpoint-{best}")
    rotate(tmp_path, limit, tmp_path / "checkpoint-3", best_path)
    assert left(tmp_path) == [f"checkpoint-{step}" for step in expected]


def test_at_the_end_a_limit_of_one_keeps_the_best_alone(tmp_path: Path) -> None:
    make(tmp_path, 1, 2)
    state = TrainerState(best_model_checkpoint=str(tmp_path / "checkpoint-1"))
    keep_only_best(tmp_path, state, 1)
    assert len(left(tmp_path)) == 2, "the best one is not whole"
    for name in ("pytorch_model.bin", "trainer_state.json"):
        (tmp_path / "checkpoint-1" / name).touch()
    keep_only_best(tmp_path, state, 2)
    assert len(left(tmp_path)) == 2
    keep_only_best(tmp_path, state, 1)
    assert left(tmp_path) == ["checkpoint-1"]
