"""Conversations at the desk: a message comes in, a turn is drafted, an agent answers, promises are owed, the conversation closes."""
