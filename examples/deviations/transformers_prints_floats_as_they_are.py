"""transformers Trainer 4: the printer shows floats with all their digits; from version 5 on with
four significant ones. SHOW-4.

Upstream: no report of it was found.
"""

from __future__ import annotations

import contextlib
import io
import sys

import tiny
from transformers import TrainerControl, TrainerState, TrainingArguments
from transformers.trainer_callback import PrinterCallback


def main() -> int:
    state, printed = TrainerState(is_local_process_zero=True), io.StringIO()
    with contextlib.redirect_stdout(printed):
        arguments = TrainingArguments(output_dir="unused", report_to=[], use_cpu=True)
        PrinterCallback().on_log(arguments, state, TrainerControl(), logs={"loss": 1 / 3})
    got = printed.getvalue().strip()
    return tiny.conclude("loss 0.3333", got, "0.33333" not in got)


if __name__ == "__main__":
    sys.exit(main())
