"""In-code flows for Python: decorated functions, wired by their types, run in any mode."""

__version__ = "0.1.0"
