"""Nouns: the values that callers, plugins and the core exchange. No I/O, no clock."""
