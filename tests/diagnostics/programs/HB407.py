"""A vertex has a dot in its name."""

from hbia_dsl import load_graph

load_graph(
    """\
flow:
  words:
    split.fast: {handler: app.words.split}
"""
)
