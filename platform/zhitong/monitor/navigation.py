"""Navigation entries of the dashboards."""
