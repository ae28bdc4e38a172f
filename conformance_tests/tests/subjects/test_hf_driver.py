from pathlib import Path

import pytest

from loopspec.subjects.hf_driver import complete_checkpoints


@pytest.mark.parametrize(
    ("names", "complete"),
    [
        ("trainer_state.json model.safetensors optimizer.pt", [4]),
        ("trainer_state.json pytorch_model.bin optimizer.pt", [4]),
        ("trainer_state.json optimizer.pt", []),
        ("model.safetensors optimizer.pt", []),
        ("trainer_state.json model.safetensors", []),
    ],
)
def test_a_checkpoint_is_complete_with_state_weights_and_optimizer(
    tmp_path: Path, names: str, complete: list[int]
) -> None:
    folder = tmp_path / "checkpoint-4"
    folder.mkdir()
    for name in names.split():
        (folder / name).touch()
    assert complete_checkpoints(tmp_path) == complete
