"""The badge, as shields.io wants it."""

from __future__ import annotations

import json

import jsonschema
import pytest
from reported import broken, chosen, keeps, made

from loopspec import Report, judge
from loopspec.report.badge import badge_json, badge_schema
from loopspec.report.form import Asked

ENDPOINT = {
    "type": "object",
    "required": ["schemaVersion", "label", "message"],
    "properties": {
        "schemaVersion": {"const": 1},
        "label": {"type": "string"},
        "message": {"type": "string", "minLength": 1},
        "color": {"type": "string"},
        "labelColor": {"type": "string"},
        "isError": {"type": "boolean"},
        "namedLogo": {"type": "string"},
        "logoSvg": {"type": "string"},
        "logoColor": {"type": "string"},
        "logoSize": {"type": "string"},
        "style": {"type": "string"},
        "cacheSeconds": {"type": "integer"},
    },
    "additionalProperties": False,
}
"""What shields.io documents of the answer of an endpoint."""

TWO = chosen("CTRL-3", "EVT-1")
BADGES = {
    "1 passed, 1 failed (transformers-5)": (broken(), "red"),
    "2 passed (transformers-5)": (judge([made()], rules=TWO), "brightgreen"),
    "1 passed, 1 known (transformers-5)": (
        judge([made(keeps)], rules=TWO, known={"CTRL-3": "why not"}),
        "green",
    ),
    "nothing judged (transformers-5)": (judge([]), "lightgrey"),
}


@pytest.mark.parametrize("message", BADGES)
def test_it_says_what_passed_and_what_not(message: str) -> None:
    report, color = BADGES[message]
    badge = json.loads(badge_json(report, Asked()))
    told = {"schemaVersion": 1, "label": "loopspec", "message": message, "color": color}
    assert badge == told
    for schema in (ENDPOINT, badge_schema()):
        jsonschema.Draft202012Validator(schema).validate(badge)


def test_a_broken_should_is_red_only_if_strict() -> None:
    report: Report = judge([made(keeps)], rules=TWO)
    report.failures[0].rule = type(TWO[0])(
        **{name: getattr(TWO[0], name) for name in TWO[0].__struct_fields__} | {"level": "SHOULD"}
    )
    colors = {
        strict: json.loads(badge_json(report, Asked(strict=strict)))["color"]
        for strict in (False, True)
    }
    assert colors == {False: "green", True: "red"}


def test_the_schema_refuses_another_colour() -> None:
    wrong = json.loads(badge_json(broken(), Asked())) | {"color": "salmon"}
    assert not jsonschema.Draft202012Validator(badge_schema()).is_valid(wrong)
