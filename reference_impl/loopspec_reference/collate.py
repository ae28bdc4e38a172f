"""From samples to a batch of the model's inputs."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import nn

Collator = Callable[[list[Any]], Any]


def default_data_collator(features: Sequence[Any]) -> dict[str, Any]:
    """Stack samples, mappings or objects with attributes, into one dict of tensors.

    "label" and "label_ids" become "labels"; strings and None are left out.
    """
    rows = [f if isinstance(f, Mapping) else vars(f) for f in features]
    batch: dict[str, Any] = {}
    for key, value in rows[0].items():
        if value is None or isinstance(value, str):
            continue
        name = "labels" if key in ("label", "label_ids") else key
        batch[name] = torch.stack([torch.as_tensor(row[key]) for row in rows])
        if key == "label":
            # One number a sample: losses want int64 classes or float32 targets.
            whole = not batch[name].is_floating_point()
            batch[name] = batch[name].to(torch.long if whole else torch.float)
    return batch


def find_label_names(model: nn.Module) -> list[str]:
    """The model's inputs that are labels, by their names."""
    return [name for name in inspect.signature(model.forward).parameters if "label" in name]


def without_unused_columns(collate: Collator, model: nn.Module, labels: Sequence[str]) -> Collator:
    """`collate` on samples reduced to what `model.forward` takes; `labels` stay in any case."""
    known = {*inspect.signature(model.forward).parameters, "label", "label_ids", *labels}

    def reduced(features: list[Any]) -> Any:
        return collate(
            [
                {k: v for k, v in f.items() if k in known} if isinstance(f, Mapping) else f
                for f in features
            ]
        )

    return reduced
