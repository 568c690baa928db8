"""A lambda has no name that a flow could call it by."""

from hbia_dsl import Flow, vertex

load = vertex(lambda: "text")

Flow.of("words", load)
