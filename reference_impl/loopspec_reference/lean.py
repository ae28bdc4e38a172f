"""Which keywords a callback can notice, so that it need not pay for the others.

Six keywords or more go to every callback, and nearly every one collects them in a `**kwargs` that
it never looks at. Making that dict is nine tenths of what an event costs. A plain method that
names what it needs, and never touches its `**kwargs`, cannot tell whether the others were in it.

`needs` says yes only where the method's code shows it. The code must not name anything that looks
into frames (`WORDS`), be it as a variable, an attribute, a string, or as another name for one of
those functions. In doubt, everything is passed. The answer holds for this code object alone: who
relies on it compares `__code__` before each call.

One thing remains. What a callback calls may look into the frame of its caller, and finds an empty
`**kwargs` there: a debugger, a traceback that shows local variables, a function that was handed
`locals` under another name.
"""

from __future__ import annotations

import builtins
import dis
import inspect
import sys
from collections.abc import Callable, Iterator
from functools import lru_cache
from types import CellType, CodeType, FunctionType, MethodType
from typing import Any, NamedTuple

#: Names by which code gets at its own local variables.
WORDS = frozenset(
    (
        "locals",
        "vars",
        "dir",
        "eval",
        "exec",
        "super",
        "breakpoint",
        "_getframe",
        "_getframemodulename",
        "_current_frames",
        "currentframe",
        "stack",
        "trace",
        "settrace",
        "setprofile",
        "set_trace",
        "f_locals",
        "f_back",
        "tb_frame",
        "gi_frame",
        "cr_frame",
        "ag_frame",
        "walk_stack",
        "walk_tb",
        "getinnerframes",
        "getouterframes",
        "getargvalues",
        "capture_locals",
        "get_referrers",
    )
)

#: What these names mean, to be known again under another name.
_LOOKING = [
    getattr(module, word)
    for module in (builtins, sys, inspect)
    for word in sorted(WORDS)
    if hasattr(module, word)
]

_SUSPENDED = (
    inspect.CO_GENERATOR
    | inspect.CO_COROUTINE
    | inspect.CO_ITERABLE_COROUTINE
    | inspect.CO_ASYNC_GENERATOR
)

#: `self`, `args`, `state`, `control`.
_GIVEN = 4


class Needs(NamedTuple):
    """What to pass after `args`, `state` and `control`, so that a callback misses nothing."""

    positional: tuple[str, ...]
    keyword: tuple[str, ...]


def needs(hook: Callable[..., Any], names: tuple[str, ...]) -> Needs | None:
    """What `hook` can notice of the keywords `names`; None if it has to be given them all."""
    if type(hook) is not MethodType or type(hook.__func__) is not FunctionType:
        return None
    function = hook.__func__
    code = function.__code__
    if not code.co_flags & inspect.CO_VARKEYWORDS or code.co_flags & _SUSPENDED:
        return None
    if code.co_argcount < _GIVEN or code.co_posonlyargcount > _GIVEN:
        return None
    # A keyword with the name of one of these is an error, and must stay one.
    if not set(names).isdisjoint(code.co_varnames[:_GIVEN]):
        return None
    if _sees_its_keywords(code) or any(map(_looks_into_frames, _values(function))):
        return None
    rest = code.co_varnames[_GIVEN : code.co_argcount + code.co_kwonlyargcount]
    known = [name in names for name in rest]
    # By position as far as there is no gap: that is the cheapest way.
    gap = min(code.co_argcount - _GIVEN, (*known, False).index(False))
    return Needs(rest[:gap], tuple(name for name in rest[gap:] if name in names))


@lru_cache(maxsize=1024)
def _sees_its_keywords(code: CodeType) -> bool:
    has_rest = bool(code.co_flags & inspect.CO_VARARGS)
    collected = code.co_varnames[code.co_argcount + code.co_kwonlyargcount + has_rest]
    for instruction in dis.get_instructions(code):
        # Some instructions of newer versions are about two variables at once.
        value = instruction.argval
        if value == collected or (isinstance(value, tuple) and collected in value):
            return True
    return any(not WORDS.isdisjoint(_words(part)) for part in _parts(code))


def _parts(code: CodeType) -> Iterator[CodeType]:
    """`code` and that of the functions, classes and comprehensions inside."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _parts(constant)


def _words(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    pending = list(code.co_consts)
    while pending:
        constant = pending.pop()
        if isinstance(constant, str):
            yield constant
        elif isinstance(constant, tuple | frozenset):
            pending.extend(constant)


def _values(function: FunctionType) -> Iterator[Any]:
    """What its global and free variables hold; a cell that is still empty stands for itself."""
    for part in _parts(function.__code__):
        for name in part.co_names:
            if name in function.__globals__:
                yield function.__globals__[name]
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:
            yield cell


def _looks_into_frames(value: Any) -> bool:
    # Nobody knows what an empty cell will hold.
    return type(value) is CellType or any(value is looking for looking in _LOOKING)
