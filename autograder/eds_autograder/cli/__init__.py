"""The command line; each group is imported when it is asked for."""

from eds_autograder.cli.root import main

__all__ = ["main"]
