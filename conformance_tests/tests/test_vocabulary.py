from loopspec.vocabulary import Event, Flag, flag_names


def test_events_are_the_sixteen_methods_with_distinct_codes() -> None:
    assert len(Event) == 16
    assert len({event.code for event in Event}) == 16
    assert Event.PRE_OPTIMIZER_STEP == "on_pre_optimizer_step"
    assert Event.SUBSTEP_END.code == "SUB"


def test_flags_are_letters_that_name_the_control_fields() -> None:
    assert "".join(Flag) == "TESVL"
    assert [flag.field for flag in Flag] == [
        "should_training_stop",
        "should_epoch_stop",
        "should_save",
        "should_evaluate",
        "should_log",
    ]
    assert flag_names("TS") == "should_training_stop, should_save"
    assert flag_names("") == "no flag"
