"""Operations for which the host waits until a device has done what it was given before.

On a machine without a device they wait for nothing, but they are the same operations, so they can
be counted there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import msgspec

#: Operations that give the host a number, or a shape that depends on numbers.
READING = frozenset(
    (
        "_local_scalar_dense",
        "nonzero",
        "nonzero_numpy",
        "masked_select",
        "unique_dim",
        "_unique2",
        "unique_consecutive",
        "equal",
        "is_nonzero",
    )
)


class Waiting(msgspec.Struct, frozen=True):
    """How often the host would wait, by operation."""

    operations: dict[str, int]

    @property
    def number(self) -> int:
        return sum(self.operations.values())

    def less(self, other: Waiting, times: int = 1) -> dict[str, float]:
        """What is more here than in `other`, for each of `times` pieces of work."""
        names = {*self.operations, *other.operations}
        more = {n: self.operations.get(n, 0) - other.operations.get(n, 0) for n in sorted(names)}
        return {name: number / times for name, number in more.items() if number}


def waiting_in(work: Callable[[], Any]) -> Waiting:
    """The waiting operations of `work`: reads of a number, and copies to the host.

    Where everything is on the host already nothing is copied to it, so only reads show there.
    """
    from torch.utils._python_dispatch import TorchDispatchMode

    found: Counter[str] = Counter()

    class _Counting(TorchDispatchMode):  # type: ignore[no-untyped-call]  # of torch's base
        def __torch_dispatch__(
            self, function: Any, types: Any, arguments: Any = (), keywords: Any = None
        ) -> Any:
            keywords = keywords or {}
            name = function.overloadpacket.__name__
            if name in READING or (name == "_to_copy" and _to_host(keywords)):
                found[name] += 1
            return function(*arguments, **keywords)

    with _Counting():  # type: ignore[no-untyped-call]  # likewise
        work()
    return Waiting(dict(sorted(found.items())))


def _to_host(keywords: dict[str, Any]) -> bool:
    device = keywords.get("device")
    return device is not None and getattr(device, "type", "") == "cpu"
