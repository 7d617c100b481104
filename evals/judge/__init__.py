"""A language model that judges drafts: its prompts, its verdicts, and how far people agree with it."""
