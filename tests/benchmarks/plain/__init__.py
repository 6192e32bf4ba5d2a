"""The unit's item list in plain Django: one schema, the plain backend, no host, no unit; to compare with."""
