"""Variants of the reference trainer with one bug each."""
