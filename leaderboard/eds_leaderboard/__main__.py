"""``python -m eds_leaderboard``."""

from __future__ import annotations

from eds_leaderboard.cli import main

if __name__ == "__main__":
    main(prog_name="leaderboard")
