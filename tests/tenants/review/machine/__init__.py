"""The state machine of review: a world to act in, the flows it draws, what must hold after each step, the verbs."""
