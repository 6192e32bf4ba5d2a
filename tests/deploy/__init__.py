"""Tests of what a site runs: image, compose file, settings list, runbooks."""
