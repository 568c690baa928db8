"""An allowed module does not have the function."""

from hbia_dsl import load_graph, run_flow

graph = load_graph(
    """\
flow:
  texts:
    shorten: {handler: textwrap.shortn}
"""
)
run_flow(graph, allowed="textwrap")
