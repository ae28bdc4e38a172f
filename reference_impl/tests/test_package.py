from __future__ import annotations

import subprocess
import sys

import loopspec_reference


def test_the_public_names_are_there() -> None:
    names = loopspec_reference.__all__
    assert all(hasattr(loopspec_reference, name) for name in names)
    assert names == sorted(names)


def test_nothing_but_torch_tqdm_and_numpy_is_imported() -> None:
    code = (
        "import sys, loopspec_reference; "
        "print({'transformers', 'accelerate', 'loopspec'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
