from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tracking.case import Case, Fault, Read
from tracking.results import Results

CASES = {"one": Case("one", "local", (), lambda folder: Read({}), faults={"raises": Fault()})}


def written(folder: Path, **facts: Any) -> dict[str, Any]:
    results = Results()
    results.take("one", **facts)
    results.write(folder, CASES)
    return dict(json.loads((folder / "one.json").read_text("utf-8")))


def test_what_was_not_tried_this_time_is_kept(tmp_path: Path) -> None:
    new = {"packages": {"one": "1"}}
    assert written(tmp_path / "made", **new, numbers=2) == {**new, "numbers": 2}
    facts = written(tmp_path / "made", **new, **{"fault: raises": "within 3 s"})
    assert facts == {**new, "numbers": 2, "fault: raises": "within 3 s"}


def test_what_is_out_of_date_is_not(tmp_path: Path) -> None:
    written(tmp_path, packages={"one": "1"}, **{"fault: gone": "within 3 s", "numbers": 3})
    assert written(tmp_path, packages={"one": "1"}) == {"packages": {"one": "1"}, "numbers": 3}
    assert written(tmp_path, packages={"one": "2"}) == {"packages": {"one": "2"}}
