"""mypy is not installed where Python runs."""

import sys

from hbia_dsl import Flow, vertex
from hbia_dsl.check.check_flow import check_flows


@vertex
def count(text: str) -> int:
    return len(text)


flow = Flow.of("words", count)
hidden = {name: sys.modules.pop(name) for name in ["mypy"] if name in sys.modules}
sys.modules["mypy"] = None  # type: ignore[assignment]  # as if it were not there
try:
    report = check_flows([flow])
finally:
    del sys.modules["mypy"]
    sys.modules.update(hidden)
report.raise_problems()
