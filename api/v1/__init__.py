"""Version 1: items, journeys, standings of one unit."""
