"""Targets: every form that works, and what is said of those that do not."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from loopspec import HFSubject, Subject, SubjectFault
from loopspec.targets import load_file, resolve

TOYS = Path(__file__).with_name("toys.py")
toys = load_file(TOYS)

TRAINER = "class {0}:\n    def train(self): ...\n    def add_callback(self, callback): ...\n"
SUBJECT = f"import sys; sys.path.insert(0, {str(TOYS.parent)!r})\nfrom toys import ToySubject\n"


@pytest.fixture(autouse=True)
def _own_modules(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


@pytest.mark.parametrize(
    ("text", "target", "name"),
    [
        (TRAINER.format("Mine"), "mine_t.py", "mine_t:Mine"),
        (TRAINER.format("Mine"), "./mine_t.py:Mine", "mine_t:Mine"),
        (TRAINER.format("Mine"), "mine_t:Mine", "mine_t:Mine"),
        (SUBJECT + "class Mine(ToySubject):\n    name = 'mine'\n", "mine_t:Mine", "mine"),
        (SUBJECT + "class Mine(ToySubject):\n    name = 'mine'\n", "mine_t.py", "mine"),
        (SUBJECT + "ready = ToySubject()\n", "mine_t.py", "toy"),
        (SUBJECT + "def make():\n    return ToySubject()\n", "mine_t:make", "toy"),
        (SUBJECT + "class ns:\n    ready = ToySubject()\n", "mine_t:ns.ready", "toy"),
        (
            SUBJECT + "class Mine(ToySubject):\n    name = 'a'\nready = Mine()\nready.name = 'b'\n",
            "mine_t.py",
            "b",
        ),
        (TRAINER.format("_Base") + TRAINER.format("Mine"), "mine_t.py", "mine_t:Mine"),
    ],
)
def test_forms_that_work(text: str, target: str, name: str) -> None:
    Path("mine_t.py").write_text(text)
    subject = resolve(target)
    assert isinstance(subject, Subject)
    assert subject.name == name


def test_what_stands_beside_a_file_can_be_imported_and_names_may_be_taken(tmp_path: Path) -> None:
    folder = tmp_path / "deep"
    folder.mkdir()
    (folder / "beside_t.py").write_text("NAME = 'found'\n")
    text = SUBJECT + "import beside_t\nready = ToySubject()\nready.name = beside_t.NAME\n"
    (folder / "json.py").write_text(text)
    assert resolve("deep/json.py").name == "found"


def test_the_shipped_subjects() -> None:
    assert resolve("reference").name == "reference"
    import loopspec_reference

    class Derived(loopspec_reference.Trainer):
        pass

    from loopspec.targets import as_subject

    subject = as_subject(Derived, "x")
    assert isinstance(subject, HFSubject)
    assert subject.callback_base is loopspec_reference.TrainerCallback


FORMS = "Three forms work: the name of a subject"
WANTED = "Wanted is a class with train() and add_callback(), a loopspec.Subject"


@pytest.mark.parametrize(
    ("text", "target", "parts"),
    [
        ("", "transfomers", ["no subject of this name", "Did you mean transformers?", FORMS]),
        ("", "xyz", ["There are ", "skorch", "transformers", FORMS]),
        ("", "nowhere_t:Mine", ["no module nowhere_t in the current directory", FORMS]),
        ("", "none_t.py", ["there is no file none_t.py", FORMS]),
        ("class Mien: ...", "mine_t:Mine", ["mine_t has no Mine", "Did you mean Mien?", FORMS]),
        ("X = 3", "mine_t:X", ["an object of type int, which is no trainer", WANTED]),
        (
            "class Mine:\n    def train(self): ...",
            "mine_t:Mine",
            ["the class Mine without add_callback(), which is no trainer", WANTED],
        ),
        (
            TRAINER.format("Mine") + "ready = Mine()",
            "mine_t:ready",
            ["an object of type Mine", WANTED],
        ),
        ("def make(name): ...", "mine_t:make", ["calling it raised TypeError", WANTED]),
        ("def make(): ...", "mine_t:make", ["an object of type NoneType", WANTED]),
        ("x = 1", "mine_t.py", ["it defines no trainer", FORMS]),
        (
            TRAINER.format("One") + TRAINER.format("Two"),
            "mine_t.py",
            ["defines 2 of them; say which: mine_t.py:One or mine_t.py:Two"],
        ),
        ("import nowhere_t", "mine_t.py", ["raised ModuleNotFoundError", "(in mine_t, line 1)"]),
        ("import nowhere_t", "mine_t:X", ["importing it raised", "nothing was judged"]),
        (
            "raise ModuleNotFoundError('No module named torch', name='torch')",
            "mine_t.py",
            ["pip install 'loopspec[reference]'"],
        ),
        (
            SUBJECT + "class Mine(ToySubject):\n    def __init__(self): raise KeyError('a')",
            "mine_t.py",
            ["raised KeyError: 'a' (in mine_t.__init__"],
        ),
    ],
)
def test_forms_that_do_not(text: str, target: str, parts: list[str]) -> None:
    Path("mine_t.py").write_text(f"{text}\n")
    with pytest.raises(SubjectFault) as caught:
        resolve(target)
    message = str(caught.value)
    assert message.startswith(f"{target}: ")
    assert [part for part in parts if part not in message] == []
    assert "\n" not in message
