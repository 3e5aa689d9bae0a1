"""``python -m eds_autograder`` is ``eds``."""

from eds_autograder.cli import main

main(prog_name="eds")
