"""A binding names an output that its vertex does not declare."""

from hbia_dsl import load_graph

load_graph(
    """\
flow:
  words:
    split:
      handler: app.words.split
      outputs: {words: list}
    count:
      handler: app.words.count
      inputs: {words: split.word}
"""
)
