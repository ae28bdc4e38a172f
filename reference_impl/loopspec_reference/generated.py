"""The source of a dispatch: one function for an event and the callbacks that handle it.

A loop would have to ask for each callback, at each event, how it wants to be called. That is known
before, so the calls are written out, one below the other, and compiled. The source is kept where
tracebacks look for it. Callbacks of the same kind give the same source, which is compiled once.
"""

from __future__ import annotations

import ast
import keyword
import linecache
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from functools import lru_cache
from types import CellType, CodeType, FunctionType
from typing import Any
from zlib import crc32

from .lean import Needs


def source(
    event: str,
    names: Sequence[str],
    needed: Iterable[Needs | None],
    looks: Iterable[str],
    shared: Container[str] = (),
) -> str:
    """The function `event(args, state, control, kw)`, where `kw` has the keywords `names`.

    `needed` tells for each hook what it is called with, `looks` is the conditions on which nothing
    below holds any more. It uses these globals: `hook_0` and so on; for a hook with needs
    `function_0` and `code_0`, that they were found for; `anew`, which is called in its place where
    something was replaced; `answered`, which checks what a hook returned. The values of keywords
    that are `shared` are in variables of their names, which is cheaper than to look them up.
    """
    lines = [f"def {event}(args, state, control, kw):"]
    conditions = list(looks)
    if conditions:
        lines += [
            f"    if {' or '.join(conditions)}:",
            "        return anew(args, state, control, kw)",
        ]
    plain = all(name.isidentifier() and not keyword.iskeyword(name) for name in names)
    values = {name: name if name in shared else f'kw["{name}"]' for name in names}
    everything = _passed(Needs((), tuple(names)), values) if plain else ["**kw"]
    for index, needs in enumerate(needed):
        if needs is None:
            lines.append(f"    answer = {_call(index, *everything)}")
        else:
            lines += [
                f"    if function_{index}.__code__ is code_{index}:",
                f"        answer = {_call(index, *_passed(needs, values))}",
                "    else:",
                f"        answer = {_call(index, '**kw')}",
            ]
        lines += [
            "    if answer is not None and answer is not control:",
            f"        control = answered(answer, {index})",
        ]
    return "\n".join([*lines, "    return control", ""])


def _call(index: int, *keywords: str) -> str:
    return f"hook_{index}({', '.join(('args', 'state', 'control', *keywords))})"


def _passed(needs: Needs, values: Mapping[str, str]) -> list[str]:
    by_position = [values[name] for name in needs.positional]
    return by_position + [f"{name}={values[name]}" for name in needs.keyword]


def function(text: str, space: dict[str, Any], cells: Mapping[str, CellType]) -> FunctionType:
    """The function of this text, with these globals; `cells` are its variables from outside."""
    code = _compiled(text, tuple(cells))
    return FunctionType(
        code, space, closure=tuple(cells[variable] for variable in code.co_freevars)
    )


def clearing(flags: Iterable[str]) -> Callable[[Any], None]:
    """The function that clears these flags of a control: a loop over names takes three times as
    many instructions."""
    lines = [
        "def clear(control):",
        *(f"    control.{flag} = False" for flag in flags),
        "    return",
    ]
    return function("\n".join([*lines, ""]), {}, {})


@lru_cache(maxsize=512)
def _compiled(text: str, variables: tuple[str, ...]) -> CodeType:
    """The code of the function, whose lines tracebacks will show."""
    name = f"<dispatch {crc32(text.encode()):08x}>"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    tree = ast.parse(text)
    # Inside another function its variables are free, so that cells can be put in their place.
    outer = ast.parse("def outer(): pass").body[0]
    assigned = [ast.Assign([ast.Name(v, ast.Store())], ast.Constant(None)) for v in variables]
    outer.body = [*assigned, *tree.body]  # type: ignore[attr-defined]  # it is a function
    module = ast.fix_missing_locations(ast.Module([outer], []))
    return _inside(_inside(compile(module, name, "exec")))


def _inside(code: CodeType) -> CodeType:
    """The code of the one function that is defined in this code."""
    (found,) = (constant for constant in code.co_consts if isinstance(constant, CodeType))
    return found
