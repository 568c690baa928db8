"""A key is misspelt."""

from hbia_dsl import load_graph

load_graph(
    """\
flow:
  words:
    split:
      handler: app.words.split
      output: {words: list}
"""
)
