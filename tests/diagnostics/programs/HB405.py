"""A version is a number."""

from hbia_dsl import load_graph

load_graph(
    """\
flow:
  words:
    split:
      handler: app.words.split
      version: 2.0
"""
)
