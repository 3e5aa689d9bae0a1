"""The memory of a board: one SQLite file, written through one door."""
