"""The callbacks of a scenario: how each is made, registered, and what part it plays."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import msgspec
from hypothesis import strategies as st

from loopspec.fuzzing.acts import acts
from loopspec.fuzzing.chance import rarely
from loopspec.scenario import Act, Scripted

_NAMES = st.sampled_from([("a",), ("a", "b"), ("a", "b", "c"), ()])
_GIVEN = st.sampled_from(["instance", "instance", "instance", "class", "added", "spare"])
_LIKE_ANOTHER, _BARE, _STATEFUL = rarely(4), rarely(20), rarely(3)


@functools.cache
def _parts(names: tuple[str, ...], displayed: bool) -> st.SearchStrategy[list[Act]]:
    return st.lists(acts(names, displayed), max_size=3)


@st.composite
def callbacks(draw: st.DrawFn, displayed: bool) -> tuple[Scripted, ...]:
    """Up to three callbacks, some of one class, or of one that derives from another's."""
    names = draw(_NAMES)
    parts: list[Scripted] = []
    for name in names:
        played = tuple(draw(_parts(names, displayed)))
        form = _form(draw, parts)
        if form["given"] not in _BEFORE_DISPLAY:
            played = tuple(act for act in played if act.does != "demote")
        parts.append(Scripted(name, played, **form))
    return tuple(_come_or_go(parts))


def _come_or_go(parts: list[Scripted]) -> Iterator[Scripted]:
    """At no event does a callback come back that was taken out: what walks a live list meets it
    twice (DISP-22), and the event is two. Nor is a method replaced where there is none."""
    bare = {part.name for part in parts if part.bare}
    gone = {act.event for part in parts for act in part.acts if act.does == "remove"}
    for part in parts:
        stays = tuple(
            act
            for act in part.acts
            if not (act.does == "add" and act.event in gone)
            and not (act.does == "patch" and act.whom in bare)
        )
        yield msgspec.structs.replace(part, acts=stays)


_BEFORE_DISPLAY = ("instance", "class")
"""How callbacks are given that are called before the display, which is then told in time."""


def _form(draw: st.DrawFn, before: list[Scripted]) -> dict[str, Any]:
    """How a callback is made and registered, with those that are there before it."""
    form: dict[str, Any] = {"given": draw(_GIVEN)}
    own = [part for part in before if not (part.twin or part.bare)]
    alike: bool = draw(_LIKE_ANOTHER)
    if own and alike:
        like = draw(st.sampled_from(own))
        if draw(st.booleans()):  # of one class, so both are stored or neither is
            form |= {"twin": like.name, "stateful": like.stateful, "given": "instance"}
            return form
        form["heir"] = like.name
        if like.stateful:  # and so is its class
            return form | {"stateful": True}
    elif draw(_BARE):
        return form | {"bare": True}
    return form | {"stateful": draw(_STATEFUL)}
