"""What is done to the newest checkpoint of a run that died, and what is compared of its weights."""

from pathlib import Path

import pytest
import torch

from loopspec.subjects.crashes import damage_newest, weights

FILES = ("model.safetensors", "optimizer.pt", "trainer_state.json", "training_args.bin")


def two_checkpoints(folder: Path) -> Path:
    """The newer one comes first by name."""
    for name in ("checkpoint-9", "checkpoint-10"):
        (folder / name).mkdir()
        for file in FILES:
            (folder / name / file).write_bytes(b"0123456789")
    return folder


def sizes(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_size for path in folder.iterdir()}


@pytest.mark.parametrize(
    ("part", "file"),
    [("weights", FILES[0]), ("optimizer", FILES[1]), ("state", FILES[2])],
)
def test_one_part_of_the_newest_is_cut_short_or_gone(part: str, file: str, tmp_path: Path) -> None:
    damage_newest(two_checkpoints(tmp_path), part, gone=False)
    whole = dict.fromkeys(FILES, 10)
    assert sizes(tmp_path / "checkpoint-9") == whole
    assert sizes(tmp_path / "checkpoint-10") == whole | {file: 5}
    damage_newest(tmp_path, part, gone=True)
    assert file not in sizes(tmp_path / "checkpoint-10")
    assert file in sizes(tmp_path / "checkpoint-9")


def test_where_there_is_no_checkpoint_none_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "checkpoint-1.txt").touch()
    damage_newest(tmp_path, "weights", gone=True)
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint-1.txt"]


def test_weights_are_those_that_are_trained() -> None:
    model = torch.nn.Linear(2, 1)
    torch.nn.init.constant_(model.weight, 0.25)
    model.bias.requires_grad = False
    assert weights(model) == [0.5]
