"""The command line on a data folder of the test's own, and the sample company loaded once."""

from tests.commands.fixtures import cli, company, plain_environment, sample

__all__ = ["cli", "company", "plain_environment", "sample"]
