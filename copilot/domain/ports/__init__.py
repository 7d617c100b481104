"""What the core needs from outside, as Protocols. Adapters implement them; doubles in copilot.testing do too."""
