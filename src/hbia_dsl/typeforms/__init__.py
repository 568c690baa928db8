"""Annotations as values: assignability, strength, display, value checks."""
