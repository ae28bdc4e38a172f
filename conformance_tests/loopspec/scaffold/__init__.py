"""Writing an adapter's first version: a file that works, or says what is still to be filled in."""

from loopspec.scaffold.writing import adapter_text, test_text

__all__ = ["adapter_text", "test_text"]
