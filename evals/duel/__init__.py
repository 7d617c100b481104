"""A blind duel: two versions of the same drafts side by side, without labels, and people who choose."""
