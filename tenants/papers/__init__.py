"""What came down to the people of one unit, and what it sends down: calls, topics, notices, exemplars."""
