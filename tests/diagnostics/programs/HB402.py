"""A type with brackets stands inside braces."""

from hbia_dsl import load_graph

load_graph(
    """\
flow:
  words:
    split: {handler: app.words.split, outputs: {words: list[str]}}
"""
)
