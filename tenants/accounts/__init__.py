"""People of one unit: users, roles, groups, posts. In the public schema: the platform's operators."""
