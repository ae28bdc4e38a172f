"""Runs the examples of the specification, one test a rule: `spec/03-control-flags.md::CTRL-3`."""

from __future__ import annotations

import doctest
import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from loopspec.examples import namespace
from loopspec.spec import Rule, read_chapter
from loopspec.targets import resolve

OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    if file_path.suffix == ".md" and file_path.parent == Path(__file__).parent:
        return Chapter.from_parent(parent, path=file_path)
    return None


class Chapter(pytest.File):
    def collect(self) -> Iterator[pytest.Item]:
        for rule in read_chapter(self.path):
            yield Example.from_parent(self, name=rule.id, rule=rule)


class Example(pytest.Item):
    """The examples of one rule, played by the reference trainer."""

    def __init__(self, *, rule: Rule, **rest: Any) -> None:
        super().__init__(**rest)
        self.rule = rule

    def runtest(self) -> None:
        test = doctest.DocTestParser().get_doctest(
            "".join(self.rule.examples), dict(_names()), self.rule.id, self.rule.where, 0
        )
        assert any(example.want for example in test.examples), "an example that shows nothing"
        failures: list[str] = []
        doctest.DocTestRunner(optionflags=OPTIONS).run(test, out=failures.append)
        if failures:
            raise ExampleError("".join(failures))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, ExampleError):
            return str(excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, int(self.rule.where.rpartition(":")[2]) - 1, self.rule.id


class ExampleError(Exception):
    """An example did not give what the specification shows."""


@functools.cache
def _names() -> dict[str, Any]:
    return namespace(resolve("reference"))
