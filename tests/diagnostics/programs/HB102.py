"""Nothing says what the parameter of a lambda takes."""

from hbia_dsl import Flow, vertex

count = vertex(name="count")(lambda text: len(text))

Flow.of("words", count)
