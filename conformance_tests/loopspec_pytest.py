"""The pytest plugin: two options. It is loaded in every pytest run of everybody who has loopspec
installed, so it imports nothing and does nothing until it is asked."""


def pytest_addoption(parser):  # type: ignore[no-untyped-def]  # typing it would import pytest
    group = parser.getgroup("loopspec", "callback conformance (pytest --pyargs loopspec.suite)")
    group.addoption(
        "--loopspec-subject",
        metavar="TARGET",
        help="the trainer to judge: a name, module:attribute, or a file",
    )
    group.addoption(
        "--loopspec-known",
        metavar="FILE",
        help="TOML file with the known deviations of that trainer",
    )
