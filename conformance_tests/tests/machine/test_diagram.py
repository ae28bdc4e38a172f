import pytest

from loopspec.machine.diagram import TITLES, diagram
from loopspec.machine.table import PROTOCOL


@pytest.mark.parametrize("start", TITLES)
def test_a_diagram_draws_every_row_of_its_places(start: str) -> None:
    lines = diagram(start).splitlines()
    assert lines[0] == "stateDiagram-v2"
    places = {line.split(" : ")[1] for line in lines if " : " in line and "-->" not in line}
    arrows = [line for line in lines if "-->" in line and "[*] -->" not in line]
    assert len(arrows) == sum(row.place in places for row in PROTOCOL)
    assert any("[*]" in line.split("-->")[1] for line in arrows)


def test_labels_name_event_falling_flags_and_conditions() -> None:
    text = diagram("train")
    assert "before_epoch --> in_epoch : [epoch left] on_epoch_begin (E falls)" in text
    assert "may_stop --> after_batches : [T set]" in text
    assert "after_step --> may_stop : «serve»" in text
