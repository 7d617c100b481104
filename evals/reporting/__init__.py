"""A run, or two beside each other, as one page that people like to read."""

from evals.reporting.page import write_report

__all__ = ["write_report"]
