"""A handler is a name without a module."""

from hbia_dsl import load_graph

load_graph(
    """\
flow:
  words:
    split: {handler: split}
"""
)
