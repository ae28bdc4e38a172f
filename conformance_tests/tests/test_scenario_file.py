"""Scenarios from a file or a command line: what can be played comes, all else is one line."""

from pathlib import Path

import pytest

from loopspec.corpus import CORPUS
from loopspec.faults import Fault
from loopspec.scenario_file import read_scenario, scenario_in_one_line, scenario_to_json
from loopspec.selection import choose_scenarios
from loopspec.trace import Header, Provenance

BY = Provenance("test", "0", (), "0")


def test_every_scenario_of_the_corpus_goes_through_a_file(tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    for scenario in CORPUS.values():
        path.write_bytes(scenario_to_json(scenario))
        text = scenario_in_one_line(Header(1, scenario, BY).scenario)  # with 2 epochs as 2.0
        assert scenario_in_one_line(read_scenario(str(path))) == text
        assert scenario_in_one_line(read_scenario(text)) == text


def test_a_selection_takes_files_and_json(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text('{"name": "mine", "train_batches": 1}')
    names = [one.name for one in choose_scenarios([str(path), ' {"name": "inline"}'])]
    assert names == ["plain", "mine", "inline"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("/nowhere.json", "/nowhere.json: cannot be read (No such file or directory)."),
        ("{", "--scenario: not a scenario: "),
        ("{}", "missing required field `name`"),
        ('{"name": "x", "eval_strategy": "often"}', "Invalid enum value 'often'"),
        ('{"name": "../x"}', "its name '../x' has other characters"),
        ('{"name": "x", "calls": ["trian"]}', "there is no call 'trian'"),
        ('{"name": "x", "calls": ["add:y"]}', "there is no call 'add:y'"),
        ('{"name": "x", "callbacks": [{"name": "first"}]}', "two callbacks have one name"),
        (
            '{"name": "x", "callbacks": [{"name": "a", "twin": "b"}, {"name": "b"}]}',
            "there is no callback b before a",
        ),
        (
            '{"name": "x", "callbacks": [{"name": "a", "acts": '
            '[{"event": "on_log", "does": "remove", "whom": "b"}]}]}',
            "a is about a callback 'b' that is not there",
        ),
        (
            '{"name": "x", "callbacks": [{"name": "a", "acts": '
            '[{"event": "on_save", "does": "kill", "rank": 0}]}]}',
            "a kills a process, and no other one comes after it",
        ),
        (
            '{"name": "x", "world": 2, "calls": ["train", "process", "resume"]}',
            "several processes play it, and another one after them",
        ),
        ('{"name": "x", "calls": ["tear:everything"]}', "there is no call 'tear:everything'"),
    ],
)
def test_what_is_no_scenario_is_told_so(text: str, said: str) -> None:
    with pytest.raises(Fault) as caught:
        read_scenario(text)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
