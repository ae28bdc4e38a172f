import pytest

from loopspec import check
from loopspec.faults import SubjectFault
from loopspec.mutants import ZOO
from loopspec.targets import resolve


def test_a_mutant_is_checked_like_any_trainer() -> None:
    report = check("mutant:keeps-epoch-stop", rules=["CTRL-*"])
    assert [failure.rule.id for failure in report.failures] == ["CTRL-3"]
    assert report.by is not None
    assert report.by.subject == "mutant:keeps-epoch-stop"


def test_a_mutant_of_another_name_is_refused_with_a_hint() -> None:
    with pytest.raises(SubjectFault, match="Did you mean mutant:keeps-epoch-stop"):
        resolve("mutant:keep-epoch-stop")
    with pytest.raises(SubjectFault, match=f"There are {len(ZOO)}"):
        resolve("mutant:")


def test_every_mutant_says_how_it_happens() -> None:
    assert [name for name, mutant in ZOO.items() if not mutant.how.endswith(".")] == []
