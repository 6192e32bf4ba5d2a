"""Measurements, run by `make bench`: a table and build/bench.json; each figure states its goal and whether it holds."""
