"""Adapters: one file for each kind of trainer. They import their framework only when used."""
