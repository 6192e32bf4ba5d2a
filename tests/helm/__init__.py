"""Tests of the chart: what it renders, and what it refuses."""
