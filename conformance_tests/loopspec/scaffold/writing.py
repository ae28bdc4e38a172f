"""The text of an adapter and of its test, made from templates."""

from __future__ import annotations

import re
from pathlib import Path
from string import Template
from typing import NamedTuple

from loopspec.scaffold.guesses import EPOCHS, STEPS, UNKNOWN, Shape, like_hf, shape_of
from loopspec.vocabulary import Capability

_TEMPLATES = Path(__file__).parent / "templates"


class Place(NamedTuple):
    """Where a trainer class is imported from."""

    module: str
    attribute: str


def adapter_text(file: str, trainer: type | None = None, place: Place | None = None) -> str:
    """The adapter for a trainer class; with a stand-in of its own for the trainer if there is none.

    Args:
        file: the name of the file that the text is for.
        place: where the class is imported from; where it was defined, if left out.
    """
    if trainer is None:
        return _filled("stand_in", {"adapter": file})
    place = place or Place(trainer.__module__, trainer.__qualname__)
    names = {"adapter": file, "module": place.module, "trainer": place.attribute}
    if like_hf(trainer):
        return _filled("like_hf", names)
    return _filled("own_loop", {**names, **_own(shape_of(trainer))})


def test_text(adapter: str) -> str:
    """A test file that judges the trainer by the adapter in the module of this name."""
    return _filled("test", {"adapter": adapter})


def _filled(name: str, values: dict[str, str]) -> str:
    text = Template((_TEMPLATES / f"{name}.txt").read_text("utf-8")).substitute(values)
    return re.sub(r"\n{3,}(?=from|import)", "\n\n", re.sub(r"\n{4,}", "\n\n\n", text))


def _own(shape: Shape) -> dict[str, str]:
    code = [f"            {name}={value}," for name, value in shape.arguments.items()]
    code = [f"{line}  # TODO: fill in" if UNKNOWN in line else line for line in code]
    used = " ".join(shape.arguments.values())
    imports = [
        line
        for line, mark in (
            ("from loopspec.subjects.tiny_torch import TinyData, TinyModel", "Tiny"),
            ("from torch.utils.data import DataLoader", "DataLoader("),
        )
        if mark in used
    ]
    return {
        "standard": "import math\n" if "math." in used else "",
        "imports": "\n".join(imports),
        "arguments": "\n".join(code) or "            # TODO: what its constructor wants",
        "train": f"self.trainer.{shape.trains}()" if shape.trains else _TODO,
        "leaves_out": _leaves_out(shape),
        "methods": "\n".join(_DRIVES[what] for what in shape.has),
        "capabilities": "\n".join(
            f"            {'' if what in shape.has else '# '}Capability.{what.name},"
            for what in sorted(Capability, key=lambda one: one not in shape.has)
            if what not in _SHOWN
        ),
    }


def _leaves_out(shape: Shape) -> str:
    """A method that says which scenarios the arguments cannot express; empty if there are none."""
    given = set(shape.arguments.values())
    lines = []
    if EPOCHS in given:
        lines.append(f'{_IF}scenario.num_train_epochs % 1:\n{_SAY}"it trains whole epochs only"')
    if STEPS not in given:
        lines.append(f'{_IF}scenario.max_steps > 0:\n{_SAY}"it has no limit of steps"')
    head = "    def leaves_out(self, scenario: Scenario) -> str:"
    return "\n".join([head, *lines, '        return ""\n']) if lines else ""


_IF, _SAY = " " * 8 + "if ", " " * 12 + "return "
_TODO = "raise NotImplementedError  # TODO: the method of your trainer that trains"
_SHOWN = {Capability.EPOCHS, Capability.TRAINING_STOP}
_DRIVES = {
    Capability.EVALUATION: """
    def evaluate(self) -> None:
        self.trainer.evaluate()
""",
    Capability.PREDICTION: """
    def predict(self) -> None:
        self.trainer.predict()
""",
    Capability.REGISTRATION: """
    def add(self, callback: object) -> None:
        self.trainer.add_callback(callback)

    def remove(self, callback: object) -> None:
        self.trainer.remove_callback(callback)

    def pop(self, callback: object) -> object:
        return self.trainer.pop_callback(callback)
""",
}
