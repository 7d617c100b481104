"""Rapport: a conversation copilot for the people who answer customers."""
