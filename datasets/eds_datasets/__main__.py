"""``python -m eds_datasets``: the same as ``eds data``."""

from eds_datasets.cli import main

if __name__ == "__main__":
    main(prog_name="eds data")
