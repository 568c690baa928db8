"""A vertex has a name that YAML takes for something else."""

from hbia_dsl import load_graph

load_graph(
    """\
flow:
  answers:
    yes: {handler: app.answers.agree}
"""
)
