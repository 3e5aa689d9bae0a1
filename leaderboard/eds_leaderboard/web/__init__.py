"""The board in a browser: one process that shows it, takes entries in and lets the host steer."""
