from __future__ import annotations

import io
import random
from typing import Any

import numpy as np
import pytest
import torch

from loopspec_reference import TrainingArguments
from loopspec_reference.plan import Plan
from loopspec_reference.position import (
    Position,
    position_after,
    rng_state,
    set_rng_state,
    stored_position,
)

PLAN = Plan(2, 3, 5, 6, 10)  # 5 batches in groups of 2
ARGS = TrainingArguments(gradient_accumulation_steps=2)


def test_all_generators_come_back_and_load_without_running_code() -> None:
    def draw() -> tuple[float, float, float]:
        return random.random(), float(np.random.rand()), float(torch.rand(1))

    file = io.BytesIO()
    torch.save(rng_state(), file)
    drawn = draw()
    file.seek(0)
    set_rng_state(torch.load(file, weights_only=True))
    assert draw() == drawn


@pytest.mark.parametrize(
    ("here", "over", "expected"),
    [
        (Position(0, 2), False, (0, 2)),
        (Position(1, 4), False, (1, 4)),
        (Position(0, 5), False, (1, 0)),
        (Position(0, 2), True, (1, 0)),
        (Position(0, 3), False, (0, 2)),
    ],
)
def test_what_is_stored_leads_to_the_next_whole_step(
    here: Position, over: bool, expected: tuple[int, int]
) -> None:
    saved = stored_position(here, PLAN, ARGS, over)
    found = position_after(saved, PLAN, ARGS, step=99)
    assert (found.epoch, found.batches) == expected


@pytest.mark.parametrize("saved", [{}, {"shape": [1, 1, 1], "epoch": 7, "batches": 7}])
def test_without_a_fitting_record_the_step_decides(saved: dict[str, Any]) -> None:
    found = position_after(saved, PLAN, ARGS, step=4)
    assert (found.epoch, found.batches) == (1, 2)


def test_skipping_can_be_declined() -> None:
    args = TrainingArguments(gradient_accumulation_steps=2, ignore_data_skip=True)
    assert position_after({}, PLAN, args, step=4).batches == 0


@pytest.mark.parametrize(("batch_size", "accumulation"), [(2, 2), (4, 1), (1, 4)])
def test_the_place_is_kept_where_an_update_has_the_same_samples(
    batch_size: int, accumulation: int
) -> None:
    def args(size: int, accumulation: int) -> TrainingArguments:
        return TrainingArguments(
            per_device_train_batch_size=size, gradient_accumulation_steps=accumulation
        )

    def plan(accumulation: int) -> Plan:
        return Plan(2, 3, 3 * accumulation, 6, 24)

    saved = stored_position(Position(1, 2), plan(2), args(2, 2), False)
    found = position_after(saved, plan(accumulation), args(batch_size, accumulation), step=1)
    assert (found.epoch, found.batches) == (1, accumulation)
    other = position_after(saved, plan(accumulation), args(7, accumulation), step=1)
    assert (other.epoch, other.batches) == ((1 if accumulation == 2 else 0), accumulation)
