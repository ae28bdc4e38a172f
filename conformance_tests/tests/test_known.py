"""Files of known deviations: what is read, what is refused with file and line, what is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from loopspec import KnownError, check
from loopspec.known import Known, bundled_known, known_text, load_known
from loopspec.report.declaring import known_deviations
from loopspec.targets import load_file

toys = load_file(Path(__file__).with_name("toys.py"))


def written(folder: Path, text: str) -> Path:
    path = folder / "known.toml"
    path.write_text(text)
    return path


def test_an_entry_keeps_its_words_and_its_place(tmp_path: Path) -> None:
    path = written(tmp_path, '# ours\n\n[CTRL-3]\nreason = "yes"\nlink = "https://x"\n')
    assert load_known(path) == {
        "CTRL-3": Known("CTRL-3", "yes", "https://x", "", f"{path}:3"),
    }
    assert load_known(written(tmp_path, "")) == {}


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('\n[CTRL-2777]\nreason = "x"\n', 2, "no rule CTRL-2777. Did you mean CTRL-27"),
        ('[ctrl-3]\nreason = "x"\n', 1, "no rule ctrl-3. Did you mean CTRL-3"),
        ("[CTRL-3]\n", 1, "CTRL-3 has no reason. Say why it is accepted"),
        ('[CTRL-3]\nreason = "  "\n', 1, "CTRL-3 has no reason"),
        ('\n\n["CTRL-3"]\nreason = "TODO: say why"\n', 3, "still says 'TODO: say why'"),
        ('[CTRL-3]\nreason = "x"\nraeson = "y"\n', 1, "has a key 'raeson'"),
        ("[CTRL-3]\nreason = 3\n", 1, "reason of CTRL-3 is to be text"),
        ('CTRL-3 = "x"\n', 1, "is to be a table"),
        ('[CTRL-3]\nreason = "x"\nwhen = "new"\n', 1, "when of CTRL-3 is to be like"),
        ('[CTRL-3]\nreason = "x\n', 2, "not TOML"),
        ('[CTRL-3]\nreason = "x"\n[CTRL-3]\nreason = "y"\n', 3, "not TOML"),
    ],
)
def test_what_is_wrong_is_told_with_file_and_line(
    text: str, line: int, said: str, tmp_path: Path
) -> None:
    path = written(tmp_path, text)
    with pytest.raises(KnownError) as caught:
        load_known(path)
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert said in str(caught.value)


def test_a_file_that_is_not_there_and_one_that_is_not_text(tmp_path: Path) -> None:
    with pytest.raises(KnownError, match="cannot be read"):
        load_known(tmp_path / "none.toml")
    (tmp_path / "x.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(KnownError, match="not UTF-8"):
        load_known(tmp_path / "x.toml")


@pytest.mark.parametrize(
    ("when", "versions", "applies"),
    [
        ("", {}, True),
        ("a>=5", {"a": "5.0.1"}, True),
        ("a>=5", {"a": "4.57"}, False),
        ("a>=4.9", {"a": "4.30"}, True),
        ("a==5.0", {"a": "5"}, True),
        ("a>=5,a<5.10", {"a": "5.9.dev1"}, True),
        ("a>=5, b<2", {"a": "5", "b": "2.1"}, False),
        ("a>=5", {}, False),
    ],
)
def test_a_condition_compares_versions(when: str, versions: dict[str, str], applies: bool) -> None:
    assert Known("CTRL-3", "x", when=when).applies(versions) is applies


def test_what_is_broken_is_written_to_be_completed(tmp_path: Path) -> None:
    subject = load_file(toys.planted(tmp_path, toys.KEEPS_EPOCH_STOP, "keeps")).Bad()
    report = check(subject, rules=["CTRL-*"], processes=0)
    text = known_deviations(report)
    message = next(result.message for result in report.results if result.rule.id == "CTRL-3")
    assert text == f'# {message}\n[CTRL-3]\nreason = "TODO: say why"\n'
    with pytest.raises(KnownError, match="still says"):
        load_known(written(tmp_path, text))
    path = written(tmp_path, text.replace("TODO: say why", "it is so"))
    again = check(subject, rules=["CTRL-*"], processes=0, known=path)
    assert again.ok
    assert known_deviations(again).splitlines()[1:] == path.read_text().splitlines()[1:]


def test_nothing_broken_is_a_file_without_entries(tmp_path: Path) -> None:
    text = known_deviations(check(toys.ToySubject(), processes=0, rules=["CTRL-3"]))
    assert load_known(written(tmp_path, text)) == {}


def test_text_with_quotes_and_lines_is_read_back(tmp_path: Path) -> None:
    known = Known("CTRL-3", 'a "b" \\ ü\nc', "https://x", "a>=1")
    back = load_known(written(tmp_path, known_text([(known, "two\nlines")])))
    assert back["CTRL-3"].reason == known.reason
    assert (back["CTRL-3"].link, back["CTRL-3"].when) == ("https://x", "a>=1")


def test_the_file_that_is_shipped_is_in_order() -> None:
    path = bundled_known("transformers")
    assert path is not None
    entries = load_known(path).values()
    assert entries
    judged = [{"transformers": version} for version in ("4.30.2", "5.23.0")]
    assert all(any(map(known.applies, judged)) for known in entries)
    assert bundled_known("reference") is None


def test_a_file_extends_another_and_goes_before_it(tmp_path: Path) -> None:
    base = tmp_path / "base.toml"
    base.write_text('[CTRL-3]\nreason = "theirs"\n[CTRL-4]\nreason = "theirs too"\n')
    path = written(tmp_path, 'extends = "base.toml"\n[CTRL-4]\nreason = "ours"\n')
    found = load_known(path)
    assert (found["CTRL-3"].reason, found["CTRL-3"].inherited) == ("theirs", True)
    assert found["CTRL-3"].where == f"{base}:1"
    assert (found["CTRL-4"].reason, found["CTRL-4"].inherited) == ("ours", False)


def test_a_file_extends_one_that_is_shipped_by_its_name(tmp_path: Path) -> None:
    shipped = bundled_known("transformers")
    assert shipped is not None
    found = load_known(written(tmp_path, 'extends = ["transformers"]\n'))
    assert set(found) == set(load_known(shipped))
    assert all(entry.inherited for entry in found.values())


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('extends = "nobody"\n', 1, "transformers.*; 'nobody' is neither"),
        ("\nextends = 3\n", 2, "3 is neither"),
        ('extends = "known.toml"\n', 1, "known.toml extends this file itself"),
    ],
)
def test_what_cannot_be_extended_is_told(tmp_path: Path, text: str, line: int, said: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(KnownError, match=said) as told:
        load_known(path)
    assert str(told.value).startswith(f"{path}:{line}: ")
