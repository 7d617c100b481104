"""What knowledge does not cover: asked, answered by colleagues, gathered as topics, closed by an article."""
