"""What a folder holds, written into it last: how one that is whole is told from any other.

Each file with its size, which is cheap to compare, and its checksum, for which it has to be read.
Files that came later are nobody's concern.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from . import durable

NAME = "manifest.json"


def write(folder: Path) -> None:
    """Write the manifest of all that is in `folder` now."""
    (folder / NAME).write_text(_text(folder), encoding="utf-8")


def _text(folder: Path) -> str:
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != NAME)
    found = {path.relative_to(folder).as_posix(): _entry(path) for path in files}
    return json.dumps({"version": 1, "files": found}, indent=2) + "\n"


def renew(folder: Path) -> None:
    """Write the manifest anew if what it names was changed since, which costs a look at each file.

    Until it is there the folder is not what its manifest says. Without a manifest nothing is done.
    """
    manifest = folder / NAME
    if not manifest.is_file():
        return
    files: dict[str, Any] = json.loads(manifest.read_text(encoding="utf-8"))["files"]
    written = manifest.stat().st_mtime_ns
    for name, entry in files.items():
        path = folder / name
        there = path.stat() if path.is_file() else None
        if not there or there.st_size != entry["size"] or there.st_mtime_ns > written:
            durable.sync_all(folder)
            durable.replace_file(manifest, _text(folder))
            return


def fault(folder: Path, contents: bool = True) -> str | None:
    """Why `folder` is not what its manifest says, in a few words; None if it is.

    `contents` compares checksums too. Raises FileNotFoundError if there is no manifest.
    """
    try:
        files: dict[str, Any] = json.loads((folder / NAME).read_text(encoding="utf-8"))["files"]
        entries = {name: (entry["size"], entry["sha256"]) for name, entry in files.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"{NAME} cannot be read"
    for name, (size, checksum) in entries.items():
        path = folder / name
        if not path.is_file():
            return f"{name} is missing"
        if path.stat().st_size != size:
            return f"{name} has {path.stat().st_size} bytes instead of {size}"
        if contents and _checksum(path) != checksum:
            return f"{name} is not what was written"
    return None


def _entry(path: Path) -> dict[str, Any]:
    return {"size": path.stat().st_size, "sha256": _checksum(path)}


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
