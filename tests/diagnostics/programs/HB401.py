"""There is no such file."""

from hbia_dsl import load_graph_from_yaml

load_graph_from_yaml("no-such-flow.yaml")
