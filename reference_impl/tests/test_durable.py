from __future__ import annotations

import errno
from pathlib import Path

import pytest

from loopspec_reference import durable


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_folder_appears_only_when_it_is_complete(tmp_path: Path) -> None:
    final = tmp_path / "run" / "thing"

    def write(folder: Path) -> None:
        assert not final.exists()
        (folder / "inner").mkdir()
        (folder / "inner" / "a").touch()
        (folder / "nowhere").symlink_to("b")

    durable.replace(final, write)
    assert left(final) == ["inner", "nowhere"]
    assert left(final.parent) == ["thing"]


def test_writing_again_replaces_the_whole_folder(tmp_path: Path) -> None:
    for name in ("first", "second"):
        durable.replace(tmp_path / "thing", lambda folder, n=name: (folder / n).touch())  # type: ignore[misc]
    assert left(tmp_path / "thing") == ["second"]
    assert left(tmp_path) == ["thing"]


@pytest.mark.parametrize("kind", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_failed_write_leaves_the_old_one_and_no_rest(
    tmp_path: Path, kind: type[BaseException]
) -> None:
    (tmp_path / "thing").mkdir()
    (tmp_path / "thing" / "old").touch()

    def fail(folder: Path) -> None:
        (folder / "new").touch()
        raise kind("own words")

    with pytest.raises(kind, match="own words"):
        durable.replace(tmp_path / "thing", fail)
    assert left(tmp_path) == ["thing"]
    assert left(tmp_path / "thing") == ["old"]


def test_an_interrupt_between_the_two_names_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    durable.replace(tmp_path / "thing", lambda folder: (folder / "old").touch())
    rename = durable.os.rename

    def interrupted(source: Path, target: Path) -> None:
        if source.name.endswith(".new"):
            raise KeyboardInterrupt
        rename(source, target)

    monkeypatch.setattr(durable.os, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        durable.replace(tmp_path / "thing", lambda folder: (folder / "new").touch())
    assert left(tmp_path) == ["thing"]
    assert left(tmp_path / "thing") == ["old"]


def test_what_the_system_said_is_told_wherever_it_was_hidden(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        try:
            raise OSError(errno.ENOSPC, "No space left on device")
        finally:
            raise RuntimeError("unexpected pos")

    with pytest.raises(OSError, match="thing could not be written") as caught:
        durable.replace(tmp_path / "thing", fail)
    assert caught.value.errno == errno.ENOSPC
    assert "(No space left on device); what was there stays" in str(caught.value)
    assert str(tmp_path) in str(caught.value)
    assert left(tmp_path) == []


@pytest.mark.parametrize(
    ("there", "after", "holds"),
    [
        ([".thing.new"], [], None),
        ([".thing.new", ".thing.old"], ["thing"], ".thing.old"),
        ([".thing.old"], ["thing"], ".thing.old"),
        (["thing", ".thing.old"], ["thing"], "thing"),
        (["thing", ".thing.new"], ["thing"], "thing"),
        ([".thing.gone"], [], None),
        (["thing", ".thing.gone"], ["thing"], "thing"),
        ([".other.new"], [".other.new"], None),
    ],
)
def test_what_a_dead_run_left_is_put_right(
    tmp_path: Path, there: list[str], after: list[str], holds: str | None
) -> None:
    for name in there:
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    durable.settle(tmp_path / "thing")
    assert left(tmp_path) == after
    if holds is not None:
        assert left(tmp_path / "thing") == [holds]


def test_the_names_of_which_something_is_left(tmp_path: Path) -> None:
    for name in (".a.new", ".a.old", ".b.c.gone", ".d", ".e.txt", "f.new"):
        (tmp_path / name).mkdir()
    assert durable.left_aside(tmp_path) == [tmp_path / "a", tmp_path / "b.c"]


def test_a_folder_that_goes_is_never_half_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    durable.replace(tmp_path / "thing", lambda folder: (folder / "a").touch())
    (tmp_path / ".thing.gone").mkdir()
    (tmp_path / ".thing.gone" / "of an earlier time").touch()
    seen = []
    delete = durable.shutil.rmtree

    def looking(folder: Path, **options: bool) -> None:
        seen.append(left(tmp_path))
        delete(folder, **options)

    monkeypatch.setattr(durable.shutil, "rmtree", looking)
    durable.remove(tmp_path / "thing")
    assert seen[-1] == [".thing.gone"]
    assert left(tmp_path) == []
