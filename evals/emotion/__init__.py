"""Emotion on public data: the sets, their vectors, the baselines, and the training of the head that ships."""
