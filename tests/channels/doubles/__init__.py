"""Doubles of chat tools' APIs: they behave as documented, errors and limits included, and count what was written."""
