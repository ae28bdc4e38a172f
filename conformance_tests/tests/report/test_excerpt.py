"""A stretch of a trace as plain text."""

from __future__ import annotations

from loopspec.report.excerpt import excerpt
from loopspec.report.stretch import Row


def test_the_row_that_is_meant_is_marked_and_columns_are_straight() -> None:
    rows = [
        Row(9, "on_step_end", 1, "", "E", ["script sets should_epoch_stop", "x returns a str"]),
        Row(10, "on_save", None, "E", "", [], True),
    ]
    assert excerpt(rows).splitlines() == [
        "   #   event        step  flags  callbacks",
        "   9   on_step_end  1     - → E  script sets should_epoch_stop; x returns a str",
        ">  10  on_save      -     E → -",
    ]


def test_nothing_without_rows() -> None:
    assert excerpt([]) == ""
