from pathlib import Path

import pytest

from loopspec.rules import CHECKS
from loopspec.spec import SpecError, read_chapter, rules
from loopspec.vocabulary import Capability, Edition, Level

GOOD = """# A chapter

Some prose.

### ABC-1

**MUST** The sentence goes
over two lines.

*Why:* it is so.

| variant | edition | what is seen |
|---|---|---|
| `one` | any | this |
| `two` | page, transformers-5 | that |
| `three` | page | those |

```python
>>> 1 + 1
2
```

- Needs: requests, saving
- Builds on: ABC-2
- Sources: P-1,
  B-2
- In the wild: somewhere
- Untestable: nobody can see it

## Another section

### ABC-2

**MAY** Short.

*Why:* so.

```python
>>> 2
2
```
"""


@pytest.fixture
def chapter(tmp_path: Path) -> Path:
    path = tmp_path / "09-abc.md"
    path.write_text(GOOD)
    return path


def test_a_rule_is_read_whole(chapter: Path) -> None:
    rule, other = read_chapter(chapter)
    assert (rule.id, rule.level, rule.sentence) == (
        "ABC-1",
        Level.MUST,
        "The sentence goes over two lines.",
    )
    assert rule.why == "it is so."
    assert rule.needs == {Capability.REQUESTS, Capability.SAVING}
    assert (rule.builds_on, rule.sources, rule.wild) == (("ABC-2",), ("P-1", "B-2"), "somewhere")
    assert rule.untestable == "nobody can see it"
    assert rule.examples == (">>> 1 + 1\n2\n",)
    assert rule.where == "09-abc.md:5"
    assert rule.link == "spec/09-abc.md#abc-1"
    assert (other.id, other.level, other.needs, other.variants) == ("ABC-2", Level.MAY, set(), ())


def test_variants_are_allowed_by_their_editions(chapter: Path) -> None:
    rule, _ = read_chapter(chapter)
    allowed = {v.name: [rule.allows(v.name, edition) for edition in Edition] for v in rule.variants}
    assert allowed == {"one": [True, True], "two": [True, True], "three": [False, True]}
    with pytest.raises(KeyError):
        rule.allows("four", Edition.PAGE)


@pytest.mark.parametrize(
    ("cut", "put", "message"),
    [
        ("**MUST** ", "", "no paragraph that begins with"),
        ("*Why:* it is so.", "", "lacks a *Why:*"),
        ("```python\n>>> 1 + 1\n2\n```", "", "lacks a python block"),
        ("requests, saving", "requests, flying", "'flying' is not a valid Capability"),
        ("page, transformers-5", "page, soon", "'soon' is not a valid Edition"),
    ],
)
def test_a_malformed_rule_is_refused_with_its_line(
    chapter: Path, cut: str, put: str, message: str
) -> None:
    chapter.write_text(GOOD.replace(cut, put, 1))
    with pytest.raises(SpecError) as refused:
        list(read_chapter(chapter))
    assert message in str(refused.value)
    assert "09-abc.md:5: ABC-1" in str(refused.value)


def test_every_rule_has_a_check_and_every_check_a_rule() -> None:
    assert set(CHECKS) == {rule.id for rule in rules().values() if not rule.untestable}


def test_what_a_rule_builds_on_comes_with_no_circle() -> None:
    def climb(rule: str, seen: tuple[str, ...] = ()) -> None:
        assert rule not in seen, f"{rule} builds on itself: {seen}"
        for on in rules()[rule].builds_on:
            climb(on, (*seen, rule))

    for rule in rules():
        climb(rule)


def test_every_rule_of_the_specification_names_its_sources() -> None:
    assert [rule.id for rule in rules().values() if not rule.sources] == []
