"""The apps that live in each unit's own schema."""
