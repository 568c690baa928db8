"""A part of a document is written once and used twice."""

from hbia_dsl import load_graph

load_graph(
    """\
flow:
  words:
    split: &vertex {handler: app.words.split}
"""
)
