"""Flows judged by a type checker: `hbia check`, and the same from Python and pytest."""
