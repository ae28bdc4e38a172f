"""Bars in a real Jupyter kernel: as widgets where they can be had, as text where they cannot."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

nbformat = pytest.importorskip("nbformat")
NotebookClient = pytest.importorskip("nbclient").NotebookClient
for needed in ("ipykernel", "ipywidgets"):
    pytest.importorskip(needed)
# What asyncio, Jupyter and ZeroMQ warn of is their own affair: the bars are in another process.
pytestmark = pytest.mark.filterwarnings("ignore")

TRAINING = """
import torch
from loopspec_reference import Trainer, TrainerCallback, TrainingArguments

class Line(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = torch.nn.Linear(1, 1)

    def forward(self, x, labels):
        y = self.linear(x)
        return {"loss": ((y - labels) ** 2).mean(), "logits": y}

rows = [{"x": torch.tensor([float(i)]), "labels": torch.tensor([1.0])} for i in range(8)]
args = TrainingArguments(
    output_dir="out", max_steps=4, per_device_train_batch_size=2, per_device_eval_batch_size=4,
    eval_strategy="steps", eval_steps=2, save_strategy="no", report_to="none", use_cpu=True,
    learning_rate=1e-3,
)
trainer = Trainer(Line(), args, train_dataset=rows, eval_dataset=rows)
"""
VIEW = "application/vnd.jupyter.widget-view+json"
WITHOUT_WIDGETS = "import sys; sys.modules['ipywidgets'] = None"
FAILING = """
class Fails(TrainerCallback):
    def on_step_begin(self, args, state, control, **kwargs):
        if state.global_step == 1:
            raise RuntimeError("enough")

trainer.add_callback(Fails())
try:
    trainer.train()
except RuntimeError as error:
    print(error)
"""


class Shown:
    """What a notebook shows after its cells were run, in `folder`."""

    def __init__(self, folder: Any, *cells: str) -> None:
        written = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
        client = NotebookClient(written, timeout=240, resources={"metadata": {"path": folder}})
        client.execute()
        self.outputs = written.cells[-1].outputs
        self.widgets = client.widget_state

    def text(self, stream: str) -> str:
        """What it wrote to a stream."""
        return "".join(out.text for out in self.outputs if out.get("name") == stream)

    def bars(self) -> Iterator[tuple[float, float, str, str]]:
        """Value, total, colour and text to the right of each bar that is still to be seen."""
        views = [out.get("data", {}).get(VIEW) for out in self.outputs]
        for box in [self.widgets[view["model_id"]] for view in views if view]:
            layout = self._of(box["layout"])
            if layout.get("display") != "none" and layout.get("visibility") != "hidden":
                _, bar, right = map(self._of, box["children"])
                yield bar["value"], bar["max"], bar["bar_style"], right["value"]

    def _of(self, reference: str) -> dict[str, Any]:
        return dict(self.widgets[reference.removeprefix("IPY_MODEL_")])


def test_bars_are_widgets(tmp_path: Any) -> None:
    shown = Shown(tmp_path, TRAINING, "trainer.train(); None")
    ((value, total, style, right),) = shown.bars()
    assert (value, total, style) == (4, 4, "success")
    assert "4/4" in right
    lines = shown.text("stdout").splitlines()
    assert [line.split(":")[0] for line in lines] == [
        "{'eval_loss'", "{'eval_loss'", "{'train_runtime'",
    ]  # fmt: skip
    assert shown.text("stderr") == ""


def test_the_bar_of_an_evaluation_stays(tmp_path: Any) -> None:
    shown = Shown(tmp_path, TRAINING, "trainer.evaluate(); None")
    ((value, total, style, _),) = shown.bars()
    assert (value, total, style) == (2, 2, "success")


def test_a_training_that_raises_leaves_its_bar_where_it_was(tmp_path: Any) -> None:
    shown = Shown(tmp_path, TRAINING, FAILING)
    ((value, total, style, _),) = shown.bars()
    assert (value, total, style) == (1, 4, "danger")
    assert shown.text("stdout") == "enough\n"


def test_without_widgets_bars_are_text(tmp_path: Any) -> None:
    shown = Shown(tmp_path, WITHOUT_WIDGETS, TRAINING, "trainer.train(); None")
    assert list(shown.bars()) == []
    assert re.findall(r"(\d+/\d+) \[", shown.text("stderr"))[-1] == "4/4"
