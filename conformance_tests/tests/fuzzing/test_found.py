"""What campaigns once found, in its smallest form: no rule and no prediction goes wrong there."""

from __future__ import annotations

from pathlib import Path

import pytest

from loopspec.fuzzing.search import search

FOUND = sorted((Path(__file__).parent / "found").glob("*.json"))


@pytest.mark.parametrize("trainer", ["reference", "transformers"])
def test_nothing_is_found_any_more(trainer: str) -> None:
    result = search(trainer, replay=FOUND, processes=0)
    assert result.played == len(FOUND) > 0
    assert result.profile
    told = [f"{one.path}: {one.found.what}: {one.found.message}" for one in result.findings]
    assert not told
