from __future__ import annotations

import os
from pathlib import Path

import pytest

from loopspec_reference import TrainerState, get_last_checkpoint
from loopspec_reference.checkpoint import is_valid, keep_only_best, rotate, write_atomically


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


def test_a_checkpoint_needs_weights_and_state(tmp_path: Path) -> None:
    (tmp_path / "pytorch_model.bin").touch()
    assert not is_valid(tmp_path)
    (tmp_path / "trainer_state.json").touch()
    assert is_valid(tmp_path)


def test_a_folder_appears_only_when_it_is_complete(tmp_path: Path) -> None:
    final = tmp_path / "run" / "checkpoint-1"

    def write(folder: Path) -> None:
        assert not final.exists()
        (folder / "a").touch()

    write_atomically(final, write)
    assert left(final) == ["a"]
    assert left(final.parent) == ["checkpoint-1"]


def test_a_failed_write_leaves_the_old_one_and_no_rest(tmp_path: Path) -> None:
    make(tmp_path, 1)
    (tmp_path / "checkpoint-1" / "old").touch()

    def fail(folder: Path) -> None:
        (folder / "new").touch()
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_atomically(tmp_path / "checkpoint-1", fail)
    assert left(tmp_path) == ["checkpoint-1"]
    assert left(tmp_path / "checkpoint-1") == ["old"]


def test_writing_again_replaces_the_whole_folder(tmp_path: Path) -> None:
    for name in ("first", "second"):
        write_atomically(tmp_path / "checkpoint-1", lambda folder, n=name: (folder / n).touch())  # type: ignore[misc]
    assert left(tmp_path / "checkpoint-1") == ["second"]
    assert left(tmp_path) == ["checkpoint-1"]


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
    keep_only_best(tmp_path, state, 2)
    assert len(left(tmp_path)) == 2
    keep_only_best(tmp_path, state, 1)
    assert left(tmp_path) == ["checkpoint-1"]
