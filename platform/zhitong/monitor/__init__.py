"""The provincial office's dashboards: read-only over exchange and ranking."""
