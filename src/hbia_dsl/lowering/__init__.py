"""A flow as straight-line source: what people read, what type checkers judge, what runs."""
