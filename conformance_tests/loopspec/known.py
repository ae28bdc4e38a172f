"""Known deviations: rules that a subject's owner declares broken, each with a reason.

    [CTRL-27]
    reason = "keeps the gradients of an abandoned group"
    link = "https://..."            # optional
    when = "transformers>=4.30"     # optional: applies only with these versions

An entry whose rule holds is reported as stale, so that the file says what is true.

A trainer that derives from another one has what that one does, and more:

    extends = "transformers"        # a file that is shipped, or the path of one from here

Entries of the base are replaced by one's own, and are no fault where they do not fit any more.
"""

from __future__ import annotations

import difflib
import json
import operator
import re
import tomllib
from collections.abc import Iterable, Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import msgspec

from loopspec.faults import KnownError
from loopspec.spec import rules as all_rules

TODO = "TODO: say why"
_KEYS = ("reason", "link", "when")
_EXTENDS = "extends"
_SHIPPED = Path(__file__).parent / "subjects" / "known"
_COMPARISONS = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
}
_CONDITION = re.compile(r"\s*([\w.-]+)\s*(>=|<=|==|!=|>|<)\s*(\d+(?:\.\d+)*)\s*")


class Known(msgspec.Struct, frozen=True):
    """One declared deviation. `where` is the file and line of its entry; `inherited` tells that
    it is another trainer's, from which this one derives and which this one may well have mended.
    """

    rule: str
    reason: str
    link: str = ""
    when: str = ""
    where: str = ""
    inherited: bool = False

    def applies(self, versions: Mapping[str, str]) -> bool:
        """Whether it is meant for a subject that runs on these versions."""
        return all(
            name in versions and _COMPARISONS[sign](_numbers(versions[name]), _numbers(wanted))
            for name, sign, wanted in _CONDITION.findall(self.when)
        )


def _numbers(version: str) -> tuple[int, ...]:
    """`"5.23.0.dev1"` -> `(5, 23)`: the leading numbers, without trailing zeros."""
    found = re.match(r"\d+(\.\d+)*", version)
    numbers = [int(part) for part in found.group().split(".")] if found else []
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def bundled_known(subject: str) -> Path | None:
    """The file that is shipped for a subject of this name, if there is one."""
    path = _SHIPPED / f"{subject}.toml"
    return path if path.is_file() else None


def load_known(path: str | PathLike[str]) -> dict[str, Known]:
    """Read a file of known deviations, and those that it extends.

    Raises:
        KnownError: it cannot be read, or an entry is not as the top of this module says.
    """
    return _load(Path(path), ())


def _load(path: Path, above: tuple[Path, ...]) -> dict[str, Known]:
    """The entries of a file. `above` are the files that extend it."""
    text, tables = _read(path)
    known: dict[str, Known] = {}
    names = tables.pop(_EXTENDS, [])
    for name in names if isinstance(names, list) else [names]:
        base = _base(path, name, _place(path, text, _EXTENDS))
        if base.resolve() in (path.resolve(), *above):
            raise KnownError(f"{_place(path, text, _EXTENDS)}: {name} extends this file itself.")
        entries = _load(base, (*above, path.resolve()))
        known |= {r: msgspec.structs.replace(e, inherited=True) for r, e in entries.items()}
    return known | {
        rule: _entry(rule, table, _place(path, text, rule)) for rule, table in tables.items()
    }


def _read(path: Path) -> tuple[str, dict[str, Any]]:
    try:
        text = path.read_text("utf-8")
        return text, tomllib.loads(text)
    except OSError as error:
        raise KnownError(f"{path}: cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise KnownError(f"{path}: is not UTF-8 text.") from None
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        raise KnownError(f"{path}:{line[1] if line else '1'}: not TOML: {error}.") from None


def _base(path: Path, name: Any, where: str) -> Path:
    """The file that `extends` names."""
    if isinstance(name, str) and name:
        for found in (path.parent / name, bundled_known(name)):
            if found is not None and found.is_file():
                return found
    shipped = ", ".join(sorted(file.stem for file in _SHIPPED.glob("*.toml")))
    raise KnownError(
        f"{where}: extends is to be the path of a file from here, or one that is shipped "
        f"({shipped}); {name!r} is neither."
    )


def _place(path: str | PathLike[str], text: str, rule: str) -> str:
    """File and line of an entry's header."""
    name = re.escape(rule)
    header = re.compile(rf"""\s*(\[\s*["']?{name}["']?\s*[\].]|["']?{name}["']?\s*[=.])""")
    lines = enumerate(text.splitlines(), 1)
    return f"{path}:{next((number for number, line in lines if header.match(line)), 1)}"


def _entry(rule: str, table: Any, where: str) -> Known:
    if rule not in all_rules():
        near = difflib.get_close_matches(rule.upper(), all_rules(), 3)
        meant = f" Did you mean {' or '.join(near)}?" if near else " `loopspec rules` lists them."
        raise KnownError(f"{where}: there is no rule {rule}.{meant}")
    if not isinstance(table, dict):
        raise KnownError(f'{where}: {rule} is to be a table: [{rule}] and below it reason = "...".')
    odd = next((key for key in table if key not in _KEYS), None)
    if odd:
        raise KnownError(f"{where}: {rule} has a key {odd!r}; known are {', '.join(_KEYS)}.")
    wrong = next((key for key, value in table.items() if not isinstance(value, str)), None)
    if wrong:
        raise KnownError(f"{where}: {wrong} of {rule} is to be text in quotes.")
    reason = table.get("reason", "").strip()
    if not reason or reason.startswith("TODO"):
        has = f"still says {reason!r}" if reason else "has no reason"
        raise KnownError(f'{where}: {rule} {has}. Say why it is accepted: reason = "...".')
    when = table.get("when", "")
    if when and not all(map(_CONDITION.fullmatch, when.split(","))):
        raise KnownError(f'{where}: when of {rule} is to be like "transformers>=5, torch<3".')
    return Known(rule, reason, table.get("link", ""), when, where)


def known_text(entries: Iterable[tuple[Known, str]]) -> str:
    """A file of known deviations, ready to be completed: each entry, with a comment above it."""
    parts: list[str] = []
    for known, comment in entries:
        lines = [f"# {' '.join(comment.split())}", f"[{known.rule}]"]
        lines += [
            f"{key} = {json.dumps(value, ensure_ascii=False)}"
            for key in _KEYS
            if (value := getattr(known, key))
        ]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)
