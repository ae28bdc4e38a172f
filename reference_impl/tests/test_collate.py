from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import torch

from loopspec_reference import default_data_collator
from loopspec_reference.collate import find_label_names, without_unused_columns


def test_samples_are_stacked_and_labels_named() -> None:
    samples = [{"x": torch.ones(2) * i, "label": i, "text": "t", "none": None} for i in range(3)]
    batch = default_data_collator(samples)
    assert sorted(batch) == ["labels", "x"]
    assert batch["x"].shape == (3, 2)
    assert batch["labels"].dtype == torch.long


def test_kinds_of_labels() -> None:
    assert default_data_collator([{"label": 0.5}])["labels"].dtype == torch.float
    assert default_data_collator([{"label": np.float64(0.5)}])["labels"].dtype == torch.float
    assert default_data_collator([{"label": torch.tensor(1)}])["labels"].tolist() == [1]
    assert default_data_collator([{"label_ids": [1, 2]}] * 2)["labels"].shape == (2, 2)


def test_objects_and_arrays() -> None:
    batch = default_data_collator([SimpleNamespace(x=np.zeros(3), k=1)] * 2)
    assert batch["x"].shape == (2, 3)
    assert batch["k"].tolist() == [1, 1]


def test_columns_the_model_does_not_take_are_left_out(line: Any) -> None:
    collate = without_unused_columns(lambda features: features, line(), ["target"])
    sample = {"x": 1, "y": 2, "label": 3, "target": 4}
    assert collate([sample]) == [{"x": 1, "label": 3, "target": 4}]
    assert collate([(1, 2)]) == [(1, 2)]


def test_labels_are_found_by_name(line: Any) -> None:
    assert find_label_names(line()) == ["labels"]
