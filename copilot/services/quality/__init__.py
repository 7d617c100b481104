"""Quality: cases from real conversations, experiments, scorecards, figures of teams."""
