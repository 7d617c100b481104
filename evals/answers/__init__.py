"""What language models answer in a run: asked once, kept, counted, paid for."""
