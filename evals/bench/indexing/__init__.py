"""Indexing speed beside a plain LangChain + Chroma ingestion of the same files with the same encoder."""
