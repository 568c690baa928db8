"""In-code flows for Python: decorated functions, wired by their types, run in any mode."""

import typing

from hbia_dsl.declare.declare_atomic import atomic
from hbia_dsl.declare.declare_vertex import vertex
from hbia_dsl.declare.fan_in import All
from hbia_dsl.declare.out_reference import out
from hbia_dsl.errors import DocumentError, FlowFailed, HbiaError, WiringError
from hbia_dsl.flow.flow import Flow
from hbia_dsl.flow.registry import Registry
from hbia_dsl.flow.run_result import Run
from hbia_dsl.graph.atomic_group import AtomicGroup
from hbia_dsl.graph.edge import Edge
from hbia_dsl.graph.graph import Graph
from hbia_dsl.graph.topology import GraphTopology
from hbia_dsl.graph.vertex import Vertex
from hbia_dsl.kernel.run_scope import check_cancelled, on_cancel

if typing.TYPE_CHECKING:
    from hbia_dsl.compat.flow_result import FlowResult
    from hbia_dsl.compat.run_flow import run_flow, run_flow_async
    from hbia_dsl.compat.saga import SagaCoordinator, SagaStep
    from hbia_dsl.documents.dump_graph import dump_graph_to_yaml
    from hbia_dsl.documents.handler_resolver import HandlerResolver
    from hbia_dsl.documents.load_graph import load_graph, load_graph_from_yaml
    from hbia_dsl.documents.validate_dsl import validate_dsl
    from hbia_dsl.documents.validate_graph import validate_graph
else:
    # A type checker must not see this: it would take any name for one of the package.
    def __getattr__(name: str) -> object:
        """Load a name that is not loaded with the package."""
        if name not in _LOADED_WHEN_ASKED:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
        import importlib

        value = getattr(importlib.import_module(_LOADED_WHEN_ASKED[name]), name)
        globals()[name] = value  # not asked for again
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *_LOADED_WHEN_ASKED})


# By name: the module that has it. Programs of decorated functions need none of these, which
# would make the import of the package a fifth slower.
_LOADED_WHEN_ASKED: typing.Final = {
    "FlowResult": "hbia_dsl.compat.flow_result",
    "HandlerResolver": "hbia_dsl.documents.handler_resolver",
    "SagaCoordinator": "hbia_dsl.compat.saga",
    "SagaStep": "hbia_dsl.compat.saga",
    "dump_graph_to_yaml": "hbia_dsl.documents.dump_graph",
    "load_graph": "hbia_dsl.documents.load_graph",
    "load_graph_from_yaml": "hbia_dsl.documents.load_graph",
    "run_flow": "hbia_dsl.compat.run_flow",
    "run_flow_async": "hbia_dsl.compat.run_flow",
    "validate_dsl": "hbia_dsl.documents.validate_dsl",
    "validate_graph": "hbia_dsl.documents.validate_graph",
}

__version__ = "0.1.0"

__all__ = [
    "All",
    "AtomicGroup",
    "DocumentError",
    "Edge",
    "Flow",
    "FlowFailed",
    "FlowResult",
    "Graph",
    "GraphTopology",
    "HandlerResolver",
    "HbiaError",
    "Registry",
    "Run",
    "SagaCoordinator",
    "SagaStep",
    "Vertex",
    "WiringError",
    "atomic",
    "check_cancelled",
    "dump_graph_to_yaml",
    "load_graph",
    "load_graph_from_yaml",
    "on_cancel",
    "out",
    "run_flow",
    "run_flow_async",
    "validate_dsl",
    "validate_graph",
    "vertex",
]
