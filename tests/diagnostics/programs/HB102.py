"""Nothing says what the parameter of a lambda takes."""

from hbia_dsl import Flow, vertex

shout = vertex(name="shout")(lambda text: text.upper())

Flow.of("words", shout)
