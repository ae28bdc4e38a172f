"""Scenarios of the chapter on control flags."""

from __future__ import annotations

from loopspec.scenario import Act, Scenario, Scripted, Strategy
from loopspec.vocabulary import Event, Flag

_EVERY_TWO: dict[str, Strategy | float] = {
    "logging_strategy": "steps",
    "logging_steps": 2,
    "eval_strategy": "steps",
    "eval_steps": 2,
    "save_strategy": "steps",
    "save_steps": 2,
}


_CALLS = {
    Event.PREDICT: ("predict", "train"),
    Event.PUSH_BEGIN: ("train", "push", "train"),
}
"""What a user calls to get an event that training does not fire, and to see what comes of it."""


def sets(event: Event, flags: str, step: int | None = None, times: int = 1) -> tuple[Scripted, ...]:
    """One callback that sets `flags` at `event`."""
    return (Scripted("script", (Act(event, step, raises=flags, times=times),)),)


def cell(flag: Flag, event: Event) -> str:
    """The name of the scenario in which `flag` is set at `event`."""
    return f"{flag.name}-in-{event.removeprefix('on_')}".lower().replace("_", "-")


def _shown(event: Event, flag: Flag) -> tuple[str, ...]:
    """The rules that one cell of the grid is there for."""
    stops = {Flag.TRAINING_STOP: ("CTRL-2", "CTRL-23"), Flag.EPOCH_STOP: ("CTRL-3", "CTRL-4")}
    return ("CTRL-22", *(stops.get(flag, ("CTRL-21",)) if event is Event.STEP_END else ()))


_GRID = tuple(
    Scenario(
        name=cell(flag, event),
        shows=_shown(event, flag),
        train_batches=4,
        eval_batches=1,
        gradient_accumulation_steps=2,
        callbacks=sets(event, flag),
        calls=_CALLS.get(event, ("train",)),
        **_EVERY_TWO,  # type: ignore[arg-type]  # a table of several types
    )
    for event in Event
    for flag in Flag
)
"""Each flag set at the first occurrence of each event, everything being due every two steps. The
cell of a flag and an event is named `flag-in-event`."""

_ASKED = {Event.LOG: "L", Event.PREDICTION_STEP: "V", Event.EVALUATE: "V", Event.SAVE: "S"}
"""What has to be asked for so that an event comes, where nothing is due by itself."""

_SERVING = tuple(
    Scenario(
        name=f"{cell(flag, event)}-{where}",
        shows=("CTRL-22",),
        eval_batches=1,
        callbacks=(Scripted("asks", (Act(Event.STEP_END, step, letter),)), *sets(event, flag)),
    )
    for event, letter in _ASKED.items()
    for flag in Flag
    for where, step in (("mid-epoch", 1), ("last-step", 3))
)
"""Each flag set in an event that serves a request, with nothing else due: at a step within an
epoch, and at the last one."""

_AFTER_EPOCH = tuple(
    Scenario(
        name=f"{cell(flag, Event.EPOCH_END)}-nothing-due",
        shows=("CTRL-22",),
        eval_batches=1,
        callbacks=sets(Event.EPOCH_END, flag),
    )
    for flag in Flag
)
"""Each flag set at the end of an epoch, where nothing is due by itself."""

SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        name="stop-then-train-again",
        shows=("CTRL-1", "CTRL-2", "CTRL-23"),
        callbacks=sets(Event.STEP_END, "T", 2),
        calls=("train", "train"),
    ),
    Scenario(
        name="epoch-stop",
        shows=("CTRL-3", "CTRL-4", "CTRL-24"),
        num_train_epochs=3,
        callbacks=sets(Event.STEP_END, "E", 1),
    ),
    Scenario(
        name="requests-early",
        shows=("CTRL-5", "CTRL-6", "CTRL-7"),
        callbacks=sets(Event.EPOCH_BEGIN, "SVL"),
    ),
    Scenario(
        name="requests-without-strategies",
        shows=("CTRL-8", "CTRL-9", "CTRL-10", "CTRL-11", "CTRL-12", "CTRL-13"),
        callbacks=sets(Event.STEP_END, "SVL", 2),
    ),
    Scenario(
        name="requests-in-step-begin",
        shows=("CTRL-11", "CTRL-12", "CTRL-13"),
        callbacks=sets(Event.STEP_BEGIN, "SVL", 1),
    ),
    Scenario(
        name="stop-with-work-due",
        shows=("CTRL-23", "CTRL-14"),
        callbacks=sets(Event.STEP_END, "TSVL", 2),
    ),
    Scenario(
        name="epoch-stop-with-work-due",
        shows=("CTRL-24", "CTRL-14"),
        callbacks=sets(Event.STEP_END, "ESVL", 2),
    ),
    Scenario(
        name="requests-in-epoch-end",
        shows=("CTRL-15",),
        callbacks=sets(Event.EPOCH_END, "SVL"),
    ),
    Scenario(
        name="evaluation-asked-in-log",
        shows=("CTRL-16",),
        logging_strategy="steps",
        logging_steps=2,
        callbacks=sets(Event.LOG, "V", 2),
    ),
    Scenario(
        name="save-asked-in-evaluate",
        shows=("CTRL-16",),
        eval_strategy="steps",
        eval_steps=2,
        callbacks=sets(Event.EVALUATE, "S", 2),
    ),
    Scenario(
        name="stop-with-an-evaluation-each-epoch",
        shows=("CTRL-2", "CTRL-23"),
        num_train_epochs=3,
        eval_strategy="epoch",
        callbacks=sets(Event.STEP_END, "T", 2),
    ),
    Scenario(
        name="epoch-stop-with-an-evaluation-each-epoch",
        shows=("CTRL-3", "CTRL-4", "CTRL-24"),
        num_train_epochs=3,
        eval_strategy="epoch",
        callbacks=sets(Event.STEP_END, "E", 2),
    ),
    Scenario(
        name="stop-in-an-evaluation",
        shows=("CTRL-2", "CTRL-23"),
        num_train_epochs=3,
        eval_strategy="epoch",
        callbacks=sets(Event.EVALUATE, "T", 3),
    ),
    Scenario(
        name="stop-in-train-begin",
        shows=("CTRL-25",),
        callbacks=sets(Event.TRAIN_BEGIN, "T"),
    ),
    Scenario(
        name="stop-in-second-epoch-begin",
        shows=("CTRL-25",),
        num_train_epochs=3,
        callbacks=sets(Event.EPOCH_BEGIN, "T", 3),
    ),
    Scenario(
        name="epoch-stop-in-substep",
        shows=("CTRL-26", "CTRL-27"),
        train_batches=6,
        gradient_accumulation_steps=3,
        callbacks=sets(Event.SUBSTEP_END, "E", 1),
    ),
    Scenario(
        name="log-of-a-logged-step",
        shows=("CTRL-17",),
        logging_strategy="steps",
        logging_steps=1,
        callbacks=sets(Event.EPOCH_END, "L"),
    ),
    Scenario(
        name="requests-in-their-own-event",
        shows=("CTRL-18",),
        eval_strategy="steps",
        eval_steps=3,
        save_strategy="steps",
        save_steps=3,
        callbacks=(
            Scripted(
                "script",
                (Act(Event.EVALUATE, raises="V", times=3), Act(Event.SAVE, raises="S", times=3)),
            ),
        ),
    ),
    Scenario(
        name="save-best-and-a-request",
        shows=("CTRL-19",),
        train_batches=4,
        num_train_epochs=1,
        metrics=(1.0, 3.0, 2.0, 4.0),
        eval_strategy="steps",
        eval_steps=1,
        save_strategy="best",
        metric_for_best_model="score",
        greater_is_better=True,
        callbacks=sets(Event.EVALUATE, "S", 3),
    ),
    Scenario(
        name="everything-every-two-steps",
        shows=("CTRL-8", "CTRL-9", "CTRL-10", "CTRL-20", "CTRL-22"),
        train_batches=5,
        **_EVERY_TWO,  # type: ignore[arg-type]  # a table of several types
    ),
    Scenario(
        name="callbacks-disagree",
        shows=("CTRL-28",),
        callbacks=(
            Scripted("eager", (Act(Event.STEP_END, 2, raises="SV"),)),
            Scripted("strict", (Act(Event.STEP_END, 2, raises="L", lowers="SV"),)),
            Scripted("final", (Act(Event.STEP_END, 2, raises="S", lowers="L"),)),
        ),
    ),
    Scenario(
        name="evaluation-asked-without-a-set",
        shows=("CTRL-29",),
        may_raise=True,
        eval_batches=0,
        callbacks=sets(Event.STEP_END, "V", 2),
    ),
    *_GRID,
    *_SERVING,
    *_AFTER_EPOCH,
)
