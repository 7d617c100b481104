"""Those who work here: accounts, roles, sessions, panels, a tenant's administration."""
