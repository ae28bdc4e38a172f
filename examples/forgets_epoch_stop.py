"""A trainer with one bug: it has its own event for the beginning of an epoch, and forgot that
`should_epoch_stop` falls there."""

from typing import Any

from loopspec_reference import Trainer


class ForgetsEpochStop(Trainer):
    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        handler = self.callback_handler

        def on_epoch_begin(args: Any, state: Any, control: Any) -> Any:
            return handler.call_event("on_epoch_begin", args, state, control)

        handler.on_epoch_begin = on_epoch_begin  # type: ignore[method-assign]  # the bug
