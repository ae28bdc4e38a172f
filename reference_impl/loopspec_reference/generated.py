"""The source of a dispatch: one function for an event and the callbacks that handle it.

A loop would have to ask for each callback, at each event, how it wants to be called. That is known
before, so the calls are written out, one below the other, and compiled. The source is kept where
tracebacks look for it. Callbacks of the same kind give the same source, which is compiled once.
"""

from __future__ import annotations

import keyword
import linecache
from collections.abc import Iterable, Sequence
from functools import lru_cache
from types import CodeType
from zlib import crc32

from .lean import Needs


def source(
    event: str, names: Sequence[str], needed: Iterable[Needs | None], looks: Iterable[str]
) -> str:
    """The function `event(args, state, control, kw)`, where `kw` has the keywords `names`.

    `needed` tells for each hook what it is called with, `looks` is the conditions on which nothing
    below holds any more. It uses these globals: `hook_0` and so on; for a hook with needs
    `function_0` and `code_0`, that they were found for; `anew`, which is called in its place where
    something was replaced; `answered`, which checks what a hook returned.
    """
    lines = [f"def {event}(args, state, control, kw):"]
    conditions = list(looks)
    if conditions:
        lines += [
            f"    if {' or '.join(conditions)}:",
            "        return anew(args, state, control, kw)",
        ]
    plain = all(name.isidentifier() and not keyword.iskeyword(name) for name in names)
    everything = _passed(Needs((), tuple(names))) if plain else ["**kw"]
    for index, needs in enumerate(needed):
        if needs is None:
            lines.append(f"    answer = {_call(index, *everything)}")
        else:
            lines += [
                f"    if function_{index}.__code__ is code_{index}:",
                f"        answer = {_call(index, *_passed(needs))}",
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


def _passed(needs: Needs) -> list[str]:
    by_position = [f'kw["{name}"]' for name in needs.positional]
    return by_position + [f'{name}=kw["{name}"]' for name in needs.keyword]


@lru_cache(maxsize=512)
def compiled(text: str) -> CodeType:
    """The code of a module of this text, whose lines tracebacks will show."""
    name = f"<dispatch {crc32(text.encode()):08x}>"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    return compile(text, name, "exec")
