"""Folders that are whole under their names, whenever the process or the machine dies.

A folder is filled aside, synced and renamed, and one that goes is renamed before it is emptied.
What a dead run left aside is put right by `settle`: names that begin with a dot and end with what
was being done, `.NAME.new`, `.NAME.old` and `.NAME.gone`.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

_NEW, _OLD, _GONE = "new", "old", "gone"


def replace(final: Path, write: Callable[[Path], None]) -> None:
    """Let `write` fill a folder, and put it in the place of `final` in one move.

    Whatever fails, `final` is what it was before. Raises what `write` raises; an OSError behind it,
    as of a full disk, is raised as one that tells which folder could not be written and why.
    """
    make(final.parent)
    settle(final)
    new, old = _aside(final, _NEW), _aside(final, _OLD)
    try:
        new.mkdir()
        write(new)
        sync_all(new)
        if final.exists():
            # A folder cannot be renamed onto one that is not empty.
            os.rename(final, old)
        os.rename(new, final)
        sync(final.parent)
    except Exception as error:
        reason = _reason(error)
        if reason is None:
            raise
        words = f"{final.name} could not be written ({reason.strerror}); what was there stays"
        raise OSError(reason.errno, words, str(final.parent)) from error
    finally:
        settle(final)


def replace_file(path: Path, text: str) -> None:
    """Put a file with this text in the place of another in one move."""
    new = _aside(path, _NEW)
    new.write_text(text, encoding="utf-8")
    sync(new)
    os.replace(new, path)
    sync(path.parent)


def remove(folder: Path) -> None:
    """Delete a folder: its name goes first, so that no part of it is taken for the whole."""
    gone = _aside(folder, _GONE)
    shutil.rmtree(gone, ignore_errors=True)
    os.rename(folder, gone)
    sync(folder.parent)
    shutil.rmtree(gone, ignore_errors=True)


def settle(final: Path) -> None:
    """Put right what was left aside of `final`, which is the old or the new one then."""
    old = _aside(final, _OLD)
    if old.exists() and not final.exists():
        os.rename(old, final)
        sync(final.parent)
    for doing in (_NEW, _OLD, _GONE):
        shutil.rmtree(_aside(final, doing), ignore_errors=True)


def left_aside(folder: Path) -> list[Path]:
    """The names in `folder` of which something was left aside."""
    found = (path.name.rsplit(".", 1) for path in folder.glob(".*.*"))
    names = {name[1:] for name, doing in found if doing in (_NEW, _OLD, _GONE)}
    return [folder / name for name in sorted(names)]


def make(folder: Path) -> None:
    """Make a folder that stays, with those above it that are not there."""
    if not folder.is_dir():
        make(folder.parent)
        folder.mkdir(exist_ok=True)
        sync(folder.parent)


def sync(path: Path) -> None:
    """Wait until the contents of a file, or the names in a folder, are on the disk."""
    if os.name == "nt" and path.is_dir():
        return  # Windows opens no folder; it writes names at once.
    try:
        handle = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    except PermissionError:
        return  # Names can be made in a folder that may not be read, though not synced.
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_all(folder: Path) -> None:
    """Sync a folder with all that is in it."""
    for parent, _, names in os.walk(folder, topdown=False):
        for path in (Path(parent, name) for name in names):
            if path.is_file() and not path.is_symlink():
                sync(path)
        sync(Path(parent))


def _aside(final: Path, doing: str) -> Path:
    return final.with_name(f".{final.name}.{doing}")


def _reason(error: BaseException | None) -> OSError | None:
    """The error of the system behind another; torch's own says nothing of it."""
    while error is not None and not isinstance(error, OSError):
        error = error.__cause__ or error.__context__
    return error if error is not None and error.errno is not None else None
