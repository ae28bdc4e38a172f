from __future__ import annotations

from types import SimpleNamespace

import pytest

from loopspec_reference import TrainerControl
from loopspec_reference.control import FLAGS, is_control


def test_all_flags_are_down_at_first() -> None:
    assert not any(getattr(TrainerControl(), flag) for flag in FLAGS)


def test_a_control_survives_its_stored_form() -> None:
    control = TrainerControl(should_save=True, should_training_stop=True)
    assert TrainerControl.from_state(control.state()) == control


def test_what_counts_as_a_control_is_what_has_the_flags() -> None:
    assert is_control(SimpleNamespace(**dict.fromkeys(FLAGS, False)))


@pytest.mark.parametrize("value", [False, 0, "x", {}, SimpleNamespace(should_save=True)])
def test_anything_else_does_not(value: object) -> None:
    assert not is_control(value)
