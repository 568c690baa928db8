"""The name of an input is misspelt."""

from hbia_dsl import Flow, vertex


@vertex
def greet(name: str) -> str:
    return f"hello {name}"


Flow.of("greeting", greet, result=greet).run(nane="Ann")
