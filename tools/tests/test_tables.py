import pytest
import tables

from loopspec.corpus import CORPUS
from loopspec.corpus.control import cell
from loopspec.vocabulary import Event, Flag

EFFECTS = {
    ("should_save", "on_step_begin"): "served at this step",
    ("should_save", "on_save"): "nothing; at an epoch's last step: served after the epoch",
    ("should_log", "on_epoch_end"): "served after the epoch",
    ("should_epoch_stop", "on_epoch_end"): "nothing",
    ("should_training_stop", "on_train_begin"): "training ends after one micro-batch",
    ("should_training_stop", "on_substep_end"): "training ends, the step unfinished",
    ("should_training_stop", "on_optimizer_step"): "training ends after this step",
    ("should_training_stop", "on_evaluate"): "training ends, when what is due is done",
    ("should_evaluate", "on_prediction_step"): "stands already",
}


@pytest.mark.parametrize("event", Event)
def test_every_cell_has_its_scenario(event: Event) -> None:
    assert [flag for flag in Flag if cell(flag, event) not in CORPUS] == []


@pytest.mark.parametrize(("flag", "event"), EFFECTS)
def test_what_a_flag_does(flag: str, event: str) -> None:
    (named,) = (f for f in Flag if f.field == flag)
    assert tables.effect(named, Event(event)) == EFFECTS[flag, event]


def test_the_table_of_flags_has_every_event_and_no_empty_cell() -> None:
    head, _, *rows = tables.flags().splitlines()
    assert head.count("|") == len(Flag) + 2
    assert [row.split("|")[1].strip(" `") for row in rows] == list(Event)
    assert all(cell.strip() for row in rows for cell in row.split("|")[1:-1])


def test_what_a_strategy_makes_due() -> None:
    rows = {row.split("|")[1].strip(): row for row in tables.strategies().splitlines()[2:]}
    assert [name for name, row in rows.items() if "due" in row or "best |" in row] == [
        '`logging_strategy="steps"`',
        '`logging_strategy="epoch"`',
        '`eval_strategy="steps"`',
        '`eval_strategy="epoch"`',
        '`save_strategy="steps"`',
        '`save_strategy="epoch"`',
        '`save_strategy="best"`',
    ]
    assert rows['`save_strategy="steps"`'].count("due") == 2
    assert rows['`logging_strategy="steps"`'].count("due") == 1
