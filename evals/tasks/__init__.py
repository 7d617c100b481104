"""Inspect tasks: what is run, on what."""
