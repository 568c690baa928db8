"""Immutable values of a flow's graph and the pure algorithms over them."""
