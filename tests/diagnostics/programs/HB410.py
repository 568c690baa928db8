"""A group compensates, but nothing says how."""

from hbia_dsl import load_graph

load_graph(
    """\
flow:
  order:
    charge: {handler: shop.vertices.charge}
atomic_groups:
  payment:
    vertices: [charge]
    on_failure: compensate
"""
)
