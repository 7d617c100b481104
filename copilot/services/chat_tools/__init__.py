"""Chat tools at work: connections, what they deliver, what goes out to them."""
