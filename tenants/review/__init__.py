"""Review: a unit's own chains of posts, frozen for each run."""
