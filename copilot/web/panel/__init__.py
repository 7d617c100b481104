"""What the copilot's panel shows of a conversation, one part a file. Everything here only reads."""
