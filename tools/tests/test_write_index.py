from pathlib import Path

import pytest
import write_index
import writing

from loopspec.spec import rules
from loopspec.vocabulary import Event, Flag, Level


def section(title: str) -> dict[str, list[str]]:
    """Rows of one of the tables behind the chapters: the word, and the ids in it."""
    text = write_index.index().partition(f"\n## By {title}\n")[2].partition("\n## ")[0]
    cells = [line.split(" | ") for line in text.splitlines()[3:]]
    return {
        row[0].removeprefix("| ").strip("`"): [
            link.partition("]")[0] for link in row[1].split("[")[1:]
        ]
        for row in cells
    }


def test_the_index_is_that_of_the_chapters() -> None:
    assert write_index.INDEX.read_text("utf-8") == write_index.index(), (
        "python tools/write_index.py"
    )


def test_every_rule_has_its_row_with_a_link_to_its_heading() -> None:
    text = write_index.index()
    for rule in rules().values():
        assert f"| [{rule.id}]({rule.chapter}.md#{rule.id.lower()}) | {rule.level} | " in text
        chapter = (writing.ROOT / "spec" / f"{rule.chapter}.md").read_text("utf-8")
        assert f"\n### {rule.id}\n" in chapter


def test_every_rule_stands_under_its_level_and_no_other() -> None:
    by_level = section("level")
    assert list(by_level) == list(Level)
    assert sorted(name for names in by_level.values() for name in names) == sorted(rules())


def test_rules_stand_under_the_flags_and_events_that_they_name() -> None:
    by_flag, by_event = section("flag"), section("event")
    assert list(by_flag) == [flag.field for flag in Flag]
    assert list(by_event) == list(Event)
    assert all(by_flag.values())
    assert "CTRL-3" in by_flag["should_epoch_stop"]
    assert "CTRL-3" not in by_flag["should_save"]
    assert "CTRL-3" in by_event["on_epoch_begin"]
    assert "CTRL-2" in by_event["on_step_end"]  # only in its example, as Event.STEP_END


@pytest.mark.parametrize("check", [False, True])
def test_what_is_out_of_date_is_written_or_told(
    check: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["tool", *(["--check"] if check else [])])
    page = tmp_path / "page.md"
    assert writing.settle({page: "new\n"}, "make it") == (1 if check else 0)
    assert page.exists() is not check
    told = f"{page}: out of date; run make it\n" if check else f"{page}: written\n"
    assert capsys.readouterr().out == told
    page.write_text("new\n")
    assert writing.settle({page: "new\n"}, "make it") == 0
