"""Untyped data to typed values: cattrs with strict hooks."""
