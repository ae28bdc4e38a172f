"""Trainers with a protocol of their own, behind adapters that translate hooks and flags.

Each module has one framework, and says what its translation decides by itself.
"""
