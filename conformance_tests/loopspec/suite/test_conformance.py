"""One test for each rule, on the trainer that `--loopspec-subject` names."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from loopspec.spec import judged_rules
from loopspec.targets import resolve
from loopspec.testing import Verify, verifier


@pytest.fixture(scope="session")
def verify(request: pytest.FixtureRequest) -> Verify:
    target = request.config.getoption("--loopspec-subject")
    if not target:
        raise pytest.UsageError(
            "loopspec.suite needs a trainer: --loopspec-subject mypkg:MyTrainer "
            "(or a name such as transformers, or a file)"
        )
    known = request.config.getoption("--loopspec-known")
    return verifier(resolve(target), known=known, processes=1)


@pytest.mark.parametrize("rule", list(judged_rules()))
def test_rule(rule: str, verify: Verify, record_property: Callable[[str, object], None]) -> None:
    record_property("rule", rule)
    verify(rule)
