from __future__ import annotations

from pathlib import Path

import pytest

from loopspec_reference import TrainerControl, TrainerState, TrainingArguments


def test_a_state_survives_its_file(tmp_path: Path) -> None:
    state = TrainerState(
        epoch=0.5,
        global_step=3,
        log_history=[{"loss": 1.5, "step": 3}],
        best_metric=0.25,
        stateful_callbacks=[TrainerControl(should_save=True)],
    )
    path = tmp_path / "state.json"
    state.save_to_json(path)
    assert TrainerState.load_from_json(path) == state


def test_fields_are_those_of_transformers() -> None:
    callback = pytest.importorskip("transformers.trainer_callback")
    assert vars(TrainerState()) == vars(callback.TrainerState())


def test_only_exportable_callbacks_can_be_given() -> None:
    with pytest.raises(TypeError, match="object has none"):
        TrainerState(stateful_callbacks=[object()])


@pytest.mark.parametrize(("given", "steps"), [(0.25, 3), (0.31, 4), (1, 1), (1.0, 1), (7, 7)])
def test_ratios_become_steps(given: float, steps: int) -> None:
    state = TrainerState()
    state.compute_steps(TrainingArguments(logging_steps=given), max_steps=10)
    assert state.logging_steps == steps
    assert state.eval_steps == 500  # no value given, so the default stays
