"""Data for the course: where each number comes from, loaders and simulators with one set of manners."""
