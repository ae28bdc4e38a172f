"""Scenarios of the chapter on checkpoints in which the process is killed, and another one resumes.

In the end it trains once more on an empty folder, with nothing that kills it, to compare.
"""

from __future__ import annotations

from typing import Any

from loopspec.scenario import Act, Scenario, Scripted
from loopspec.vocabulary import Event


def _killed(
    name: str, shows: tuple[int, ...], at: Act, *damage: str, stateful: bool = False, **job: Any
) -> Scenario:
    """Two epochs of four batches, each second step saved; the act kills the first process."""
    plain: dict[str, Any] = {
        "train_batches": 4,
        "save_strategy": "steps",
        "save_steps": 2,
        "logging_strategy": "steps",
        "logging_steps": 2,
    }
    return Scenario(
        name=name,
        shows=tuple(f"CKPT-{number}" for number in shows),
        may_raise=True,
        callbacks=(Scripted("kills", (at,), stateful=stateful),),
        calls=("train", "process", *damage, "resume", "elsewhere", "train"),
        **{**plain, **job},
    )


def _at(event: Event, step: int) -> Act:
    return Act(event, step, does="kill", rank=0)


def _saving(part: str) -> Act:
    """Killed while the checkpoint of step 4 is written."""
    return Act(Event.STEP_END, 4, does="kill", whom=part, rank=0)


_LATER = _at(Event.STEP_BEGIN, 5)
"""Killed when the step after the one after a save begins."""

SCENARIOS: tuple[Scenario, ...] = (
    _killed(
        "killed-between-steps",
        (27, 28),
        _at(Event.STEP_BEGIN, 10),
        train_batches=6,
        save_steps=1,
        eval_strategy="epoch",
    ),
    _killed(
        "killed-in-on-save",
        (27, 28),
        _at(Event.SAVE, 2),
        train_batches=5,
        gradient_accumulation_steps=2,
    ),
    _killed(
        "killed-after-an-epoch",
        (27, 28),
        _at(Event.STEP_END, 6),
        save_strategy="epoch",
        lr_scheduler_type="linear",
    ),
    _killed("killed-when-weights-are-saved", (27, 29, 30), _saving("weights"), save_total_limit=1),
    _killed("killed-when-the-optimizer-is-saved", (29, 30), _saving("optimizer")),
    _killed("killed-when-states-are-saved", (29, 30), _saving("states"), stateful=True),
    _killed(
        "killed-when-an-old-one-is-deleted",
        (27, 28),
        Act(Event.SAVE, 4, does="kill", whom="old", rank=0),
        save_total_limit=2,
    ),
    _killed("killed-with-torn-weights", (29, 30), _LATER, "tear:weights"),
    _killed("killed-with-a-torn-state", (29, 30), _LATER, "tear:state"),
    _killed("killed-with-the-optimizer-lost", (31,), _LATER, "lose:optimizer"),
)
