"""A document and the function that it names disagree about a type."""

import tempfile
from pathlib import Path

from hbia_dsl import Flow, Registry, vertex


@vertex
def double(number: int) -> int:
    return number * 2


with tempfile.TemporaryDirectory() as folder:
    path = Path(folder, "numbers.yaml")
    path.write_text(f"""\
flow:
  numbers:
    double:
      handler: {double.__module__}.double
      inputs: {{number: str}}
""")
    Flow.from_yaml(path, Registry(double))
