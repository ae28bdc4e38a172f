"""How often something is drawn. Shrinking goes to the first value, so the plain ones come first."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


def rarely(one_in: int) -> st.SearchStrategy[bool]:
    """True once in so many times."""
    return st.integers(1, one_in).map(lambda drawn: drawn == one_in)


def mostly(plain: T, others: Sequence[T]) -> st.SearchStrategy[T]:
    """The plain value half of the time, else one of the others."""
    return st.sampled_from([plain] * max(1, len(others)) + list(others))


def some_letters(letters: str) -> st.SearchStrategy[str]:
    """No letter, one, or two: as one choice, which shrinks better than a list of them."""
    pairs = ["".join(pair) for pair in itertools.combinations(letters, 2)]
    return st.sampled_from([""] * len(pairs) + [*letters] * 2 + pairs)


def record(fields: Mapping[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Fields by name. Hypothesis' own draws their order besides, which is slow to shrink."""
    names = tuple(fields)
    drawn = st.tuples(*fields.values())
    return drawn.map(lambda values: dict(zip(names, values, strict=True)))
