"""Scenarios of the chapter on dispatch and registration."""

from __future__ import annotations

from loopspec.scenario import Act, Scenario, Scripted
from loopspec.vocabulary import Event


def _shows(*numbers: int) -> tuple[str, ...]:
    return tuple(f"DISP-{number}" for number in numbers)


_IN_A_RUN = tuple(event for event in Event if event not in (Event.INIT_END, Event.PUSH_BEGIN))
"""The events after which the trainer looks at what callbacks gave back."""

SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        name="many-callbacks",
        shows=_shows(1, 2, 3, 4, 5, 6, 8, 10, 11, 13, 18),
        logging_strategy="steps",
        logging_steps=2,
        eval_strategy="epoch",
        save_strategy="epoch",
        callbacks=(Scripted("zebra"), Scripted("ant"), Scripted("monkey")),
    ),
    Scenario(
        name="every-call",
        shows=_shows(5, 7, 8, 9, 10, 12, 42),
        num_train_epochs=1,
        calls=("evaluate", "predict", "train", "evaluate", "train"),
    ),
    Scenario(
        name="flags-set-in-place",
        shows=_shows(13, 14),
        callbacks=(
            Scripted(
                "asks", (Act(Event.STEP_BEGIN, 1, raises="S"), Act(Event.SAVE, 2, raises="S"))
            ),
            Scripted("cancels", (Act(Event.SAVE, 2, lowers="S"),)),
        ),
    ),
    Scenario(
        name="control-returned",
        shows=_shows(15),
        callbacks=(
            Scripted(
                "swaps",
                (Act(Event.STEP_BEGIN, 1, gives="new"), Act(Event.STEP_END, 3, gives="new")),
            ),
            Scripted("after"),
        ),
    ),
    Scenario(
        name="control-returned-at-every-event",
        shows=_shows(15),
        num_train_epochs=1,
        gradient_accumulation_steps=2,
        logging_steps=1,
        eval_strategy="steps",
        eval_steps=1,
        save_steps=2,
        callbacks=(
            Scripted("swaps", tuple(Act(event, gives="new", times=0) for event in _IN_A_RUN)),
            Scripted("after"),
        ),
        calls=("train", "predict"),
    ),
    Scenario(
        name="control-returned-as-it-was",
        shows=_shows(16),
        num_train_epochs=1,
        callbacks=(
            Scripted(
                "returns",
                (
                    Act(Event.TRAIN_BEGIN, gives="same"),
                    Act(Event.STEP_BEGIN, gives="same", times=0),
                    Act(Event.STEP_END, gives="same", times=0),
                ),
            ),
            Scripted("after"),
        ),
    ),
    Scenario(
        name="something-else-returned",
        shows=_shows(17),
        may_raise=True,
        callbacks=(Scripted("odd", (Act(Event.STEP_END, 2, gives="junk"),)), Scripted("after")),
    ),
    Scenario(
        name="class-and-instance",
        shows=_shows(19),
        callbacks=(
            Scripted("made", (Act(Event.STEP_END, raises="L", times=2),), given="class"),
            Scripted("given", (Act(Event.STEP_BEGIN, raises="S", times=2),)),
        ),
    ),
    Scenario(
        name="added-and-removed-by-the-user",
        shows=_shows(20, 21),
        num_train_epochs=1,
        callbacks=(
            Scripted("early"),
            Scripted("late", given="added"),
            Scripted("spare", given="spare"),
        ),
        calls=("train", "remove:early", "add:spare", "train", "remove:late", "train"),
    ),
    Scenario(
        name="removes-itself",
        shows=_shows(21, 22),
        callbacks=(
            Scripted("shy", (Act(Event.STEP_END, 2, does="remove", whom="shy"),)),
            Scripted("after"),
        ),
    ),
    Scenario(
        name="removes-another",
        shows=_shows(21, 22),
        callbacks=(
            Scripted("victim"),
            Scripted("rude", (Act(Event.EPOCH_BEGIN, 3, does="remove", whom="victim"),)),
            Scripted("after"),
        ),
    ),
    Scenario(
        name="added-by-another",
        shows=_shows(20, 23),
        callbacks=(
            Scripted("host", (Act(Event.STEP_END, 2, does="add", whom="guest"),)),
            Scripted("guest", given="spare"),
        ),
    ),
    Scenario(
        name="evaluates-inside",
        shows=_shows(24, 25),
        eval_strategy="steps",
        eval_steps=2,
        callbacks=(
            Scripted(
                "curious",
                (
                    Act(Event.STEP_END, 1, does="evaluate"),
                    Act(Event.STEP_END, 2, does="evaluate"),
                ),
            ),
            Scripted("after"),
        ),
    ),
    Scenario(
        name="logs-inside",
        shows=_shows(24, 26),
        logging_strategy="steps",
        logging_steps=2,
        callbacks=(
            Scripted(
                "talks",
                (
                    Act(Event.STEP_END, 1, does="log", whom="mine"),
                    Act(Event.STEP_END, 2, does="log", whom="mine"),
                ),
            ),
            Scripted("after"),
        ),
    ),
    Scenario(
        name="two-of-one-class",
        shows=_shows(27, 33),
        num_train_epochs=1,
        callbacks=(
            Scripted("one", (Act(Event.STEP_END, 1, raises="S"),)),
            Scripted("two", (Act(Event.SAVE, 1, raises="L"),), twin="one"),
        ),
    ),
    Scenario(
        name="taken-out-by-class",
        shows=_shows(28, 29),
        train_batches=1,
        num_train_epochs=1,
        callbacks=(
            Scripted("plain"),
            Scripted("heir", heir="plain"),
            Scripted("twin", twin="plain"),
            Scripted("kept"),
        ),
        calls=(
            "pop-class:plain",
            "train",
            "remove-class:plain",
            "train",
            "pop-class:plain",
            "train",
            "pop:kept",
            "train",
        ),
    ),
    Scenario(
        name="an-heir-comes-first",
        shows=_shows(28, 29),
        train_batches=1,
        num_train_epochs=1,
        callbacks=(
            Scripted("plain", given="spare"),
            Scripted("heir", heir="plain"),
            Scripted("twin", twin="plain"),
        ),
        calls=("pop-class:plain", "train"),
    ),
    Scenario(
        name="nothing-to-take-out",
        shows=_shows(30),
        train_batches=1,
        num_train_epochs=1,
        callbacks=(Scripted("stranger", given="spare"),),
        calls=("pop:stranger", "pop-class:stranger", "remove-class:stranger", "train"),
    ),
    Scenario(
        name="a-stranger-removed",
        shows=_shows(31),
        may_raise=True,
        num_train_epochs=1,
        callbacks=(Scripted("stranger", given="spare"),),
        calls=("train", "remove:stranger"),
    ),
    Scenario(
        name="no-default-flow",
        shows=_shows(32),
        max_steps=4,
        logging_strategy="steps",
        logging_steps=1,
        save_strategy="steps",
        save_steps=2,
        callbacks=(Scripted("own", (Act(Event.STEP_END, 3, raises="S"),)),),
        calls=("remove-flow", "train"),
    ),
    Scenario(
        name="logs-added-to",
        shows=_shows(34, 35, 36),
        num_train_epochs=1,
        logging_strategy="steps",
        logging_steps=1,
        eval_strategy="epoch",
        metrics=(0.5,),
        callbacks=(
            Scripted(
                "adds",
                (
                    Act(Event.LOG, 1, does="put", whom="extra"),
                    Act(Event.LOG, 3, does="put", whom="late", times=2),
                    Act(Event.EVALUATE, 3, does="put", whom="mine"),
                ),
            ),
            Scripted("after"),
        ),
    ),
    Scenario(
        name="a-callback-with-few-methods",
        shows=_shows(37),
        may_raise=True,
        num_train_epochs=1,
        callbacks=(
            Scripted("foreign", (Act(Event.STEP_END, 2, raises="S"),), bare=True),
            Scripted("after"),
        ),
    ),
    Scenario(
        name="a-method-replaced",
        shows=_shows(38),
        callbacks=(
            Scripted("early"),
            Scripted(
                "patches",
                (
                    Act(Event.STEP_END, 2, does="patch", whom="early"),
                    Act(Event.EPOCH_BEGIN, 0, does="patch", whom="patches"),
                ),
            ),
        ),
    ),
    Scenario(
        name="registered-twice",
        shows=_shows(39),
        may_raise=True,
        num_train_epochs=1,
        callbacks=(Scripted("twice"),),
        calls=("add:twice", "train"),
    ),
    Scenario(
        name="what-the-trainer-holds",
        shows=_shows(40),
        train_batches=1,
        num_train_epochs=1,
        calls=("look", "train", "look", "evaluate", "look", "train", "look"),
    ),
    Scenario(
        name="raises-after-asking",
        shows=_shows(41),
        num_train_epochs=1,
        catches=True,
        callbacks=(Scripted("asks", (Act(Event.STEP_END, 2, raises="S", does="fail"),)),),
        calls=("train", "evaluate"),
    ),
)
