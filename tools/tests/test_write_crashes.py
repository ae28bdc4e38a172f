import write_crashes as crashes


def test_the_page_is_what_the_committed_results_say() -> None:
    assert crashes.PAGE.read_text("utf-8") == crashes.page(crashes.results())


def test_every_fate_was_met_in_every_job() -> None:
    found = crashes.results()
    wanted = {
        f"{job}-{kind}-{fate}"
        for job in ("plain", "limited", "best")
        for kind in ("event", "file")
        for fate in crashes.FATES
        if (kind, fate) != ("event", "torn-write")
    }
    assert found.keys() == wanted
    assert sum(map(len, found.values())) > 1000


def test_a_cell_says_what_was_gone_on_from() -> None:
    saved = [["on_save@1", "announced"], ["on_save@2", "announced"], ["on_save@3", "anew"]]
    opened = [["open .checkpoint-12.new/optimizer.pt", "not yet announced"]]
    text = crashes.page({"a-event-kill": saved, "a-file-torn-write": opened})
    assert "All 4 runs" in text
    assert "| `on_save` | 2 last, 1 none | - | - |\n" in text
    assert "| `open .checkpoint-N.new/optimizer.pt` | - | - | 1 newer |\n" in text
