"""Grading on the workers of a Dask cluster: bytes go there, bytes come back, no disk is shared."""
