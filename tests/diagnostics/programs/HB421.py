"""A document names a function that the program does not hand out."""

import tempfile
from pathlib import Path

from hbia_dsl import Flow, Registry, vertex


@vertex
def double(number: int) -> int:
    return number * 2


with tempfile.TemporaryDirectory() as folder:
    path = Path(folder, "numbers.yaml")
    path.write_text("""\
flow:
  numbers:
    double:
      handler: app.vertices.double
      inputs: {number: int}
""")
    Flow.from_yaml(path, Registry(double))
