"""One human over several units, and the operators of the platform."""
