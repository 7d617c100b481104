"""Customers: who they are over channels, what is remembered of them, how they are exported, erased and forgotten in time."""
