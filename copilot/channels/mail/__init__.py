"""E-mail, below the tool: messages as they are written, whom they are from, which thread they belong to, the two servers."""
