"""The graph of a wired flow: the same bindings, written out as names.

In a large flow most of the memory is here, so equal texts and equal mappings are shared.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from hbia_dsl.graph.edge import Edge
from hbia_dsl.graph.graph import Graph
from hbia_dsl.graph.vertex import EMPTY, Vertex
from hbia_dsl.typeforms.type_display import display
from hbia_dsl.wiring.binding import INPUT, Binding, OutputName
from hbia_dsl.wiring.atomic_membership import AtomicGroup
from hbia_dsl.wiring.signature import VertexSignature

