"""What is read from a terminal."""

from __future__ import annotations

import sys

import pytest
from tqdm import tqdm

from loopspec.subjects.screen import Screen, display_word


def test_nothing_shown() -> None:
    screen = Screen()
    with screen.watching():
        pass
    assert screen.seen() == {"printed": [], "bars": [], "closed": True}


def test_dicts_are_read_and_other_lines_left_out() -> None:
    screen = Screen()
    with screen.watching():
        for line in ("{'loss': '0.5', 'eval_runtime': 3.2, 'a': ['b']}", "7", "{nan}", "hello"):
            sys.stdout.write(line + "\n")
    assert screen.seen()["printed"] == [{"loss": "0.5", "eval_runtime": None, "a": ["b"]}]


def test_every_state_of_a_bar_is_seen_however_fast() -> None:
    screen = Screen()
    with screen.watching():
        for _ in tqdm(range(3)):
            pass
        with tqdm(total=4) as outer:
            outer.update(2)
            for _ in tqdm(range(1), leave=False):
                pass
            for _ in tqdm(range(1), leave=False):
                pass
    assert screen.seen()["bars"] == [[3, [0, 1, 2, 3]], [4, [0, 2]], [1, [0, 1]], [1, [0, 1]]]
    assert screen.seen()["closed"]


def test_an_open_bar_is_noticed() -> None:
    screen = Screen()
    with screen.watching():
        bar = tqdm(total=2)
        bar.update()
    assert screen.seen() == {"printed": [], "bars": [[2, [0, 1]]], "closed": False}
    bar.close()


def test_without_tqdm_bars_are_read_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "tqdm.std")
    screen = Screen()
    with screen.watching():
        sys.stderr.write("\r 50% 1/2 [00:01]\r100% 2/2 [00:02]\n")
    assert screen.seen()["bars"] == [[2, [1, 2]]]


def test_a_display_is_known_by_its_class() -> None:
    class ProgressCallback:
        pass

    class Mine(ProgressCallback):
        pass

    assert (display_word(Mine()), display_word(object())) == ("progress", None)
