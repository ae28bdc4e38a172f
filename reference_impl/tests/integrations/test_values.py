import json
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from loopspec_reference.integrations.values import model_config, parameters, rewrite, scalar


@pytest.mark.parametrize(
    ("name", "rewritten"),
    [("loss", "train/loss"), ("eval_loss", "eval/loss"), ("test_a_b", "test/a_b"),
     ("evaluated", "train/evaluated"), ("eval_other_loss", "eval/other_loss")],
)  # fmt: skip
def test_names_are_grouped(name: str, rewritten: str) -> None:
    assert rewrite(name) == rewritten


def test_numbers_in_tensors_and_arrays_are_numbers() -> None:
    assert [scalar(v) for v in (True, 2, torch.tensor(3.0), 2**2000)] == [1, 2, 3, float("inf")]
    assert [scalar(v) for v in ("x", None, [1], torch.ones(2))] == [None] * 4


def args(**values: Any) -> Any:
    return SimpleNamespace(to_dict=lambda: values)


def test_parameters_are_plain_values() -> None:
    odd = args(rate=0.1, name="x", off=None, many=[1, "a"], nan=float("nan"), thing=object)
    found = parameters(odd, None)
    assert (found["rate"], found["name"], found["off"]) == (0.1, "x", None)
    assert (found["many"], found["nan"], found["thing"]) == ('[1, "a"]', "nan", str(object))
    assert json.loads(json.dumps(found)) == found


def test_dictionaries_can_be_parameters_of_their_own() -> None:
    nested = args(labels={0: "no", "more": {"x": 1}}, empty={})
    flat = {"labels.0": "no", "labels.more.x": 1, "empty": "{}"}
    assert parameters(nested, None, flat=True) == flat
    assert parameters(nested, None)["labels"] == '{"0": "no", "more": {"x": 1}}'


def test_the_configuration_of_a_model_is_among_them() -> None:
    configured = SimpleNamespace(config=SimpleNamespace(to_dict=lambda: {"size": 4}))
    assert parameters(args(), configured) == {"model/size": 4}
    assert model_config(SimpleNamespace(config={"size": 4})) == {"size": 4}
    assert model_config(torch.nn.Linear(1, 1)) == {}
