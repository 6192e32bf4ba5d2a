"""Units (the tenants), their hosts, hierarchy, routes, and how they come into being."""
