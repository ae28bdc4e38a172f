from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from loopspec.benchmarking.waiting import Waiting, waiting_in

NUMBERS = torch.tensor([0.0, 1.0])


@pytest.mark.parametrize(
    ("work", "found"),
    [
        (lambda: NUMBERS.sum().item(), {"_local_scalar_dense": 1}),
        (lambda: bool(NUMBERS.any()) or float(NUMBERS[0]), {"_local_scalar_dense": 1}),
        (lambda: NUMBERS.nonzero(), {"nonzero": 1}),
        (lambda: NUMBERS[NUMBERS > 0].unique(), {"nonzero": 1, "_unique2": 1}),
        (lambda: torch.where(torch.isfinite(NUMBERS), NUMBERS, 0.0).sum(), {}),
    ],
)
def test_reading_a_number_waits_and_computing_does_not(
    work: Callable[[], Any], found: dict[str, int]
) -> None:
    result = waiting_in(work).operations
    if found and "_local_scalar_dense" not in found:
        assert result.keys() & found.keys()
    else:
        assert result == found


def test_a_copy_to_the_host_waits() -> None:
    elsewhere = torch.empty(2, device="meta")
    assert waiting_in(lambda: torch.empty_like(elsewhere, device="cpu")).number == 0
    with pytest.raises(NotImplementedError):
        waiting_in(lambda: elsewhere.to("cpu"))


def test_less() -> None:
    more = Waiting({"nonzero": 6, "item": 1})
    assert more.less(Waiting({"nonzero": 2, "item": 1}), 2) == {"nonzero": 2.0}
    assert more.number == 7
