"""A type is misspelt."""

from hbia_dsl import load_graph

load_graph(
    """\
flow:
  words:
    split:
      handler: app.words.split
      inputs: {text: string}
"""
)
