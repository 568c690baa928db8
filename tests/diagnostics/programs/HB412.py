"""A path leads into a module that is not allowed."""

from hbia_dsl import load_graph, run_flow

graph = load_graph(
    """\
flow:
  files:
    clean: {handler: shutil.rmtree}
"""
)
run_flow(graph, allowed="app.vertices")
