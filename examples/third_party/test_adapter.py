"""Each rule of loopspec that applies to this trainer, as a test."""

from loopspec.testing import conformance

from adapter import Adapter

test_conformance = conformance(Adapter())
