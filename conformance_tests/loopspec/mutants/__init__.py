"""Trainers with one bug each, which show that the suite reports what it should."""

from loopspec.mutants.mutant import Mutant
from loopspec.mutants.subject import MutantSubject, mutant_subject
from loopspec.mutants.zoo import ZOO

__all__ = ["ZOO", "Mutant", "MutantSubject", "mutant_subject"]
