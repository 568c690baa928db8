"""Check initial data against the types that vertices declare for them."""

from collections.abc import Iterable, Mapping

from hbia_dsl.compat.named_check import check_of_type_name
from hbia_dsl.diagnostics.caller import caller_location
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import BROKEN_CONTRACT
from hbia_dsl.errors import ContractInputError
from hbia_dsl.graph.input_text import is_binding
from hbia_dsl.graph.vertex import Vertex


def check_initial_data(vertices: Iterable[Vertex], initial_data: Mapping[str, object]) -> None:
    """Check initial data against the types that vertices declare for them.

    Raises:
        ContractInputError: Values are not of the types that vertices declare; all of them
            at once.
    """
    texts: list[str] = []
    wanted = ""
    for vertex in vertices:
        for parameter, text in vertex.inputs.items():
            check = None if is_binding(text) else check_of_type_name(text)
            key = f"{vertex.name}.{parameter}"
            key = key if key in initial_data else parameter
            if check is None or key not in initial_data or check.accepts(initial_data[key]):
                continue
            wanted = wanted or text
            texts.append(
                f"initial data `{key}` is not `{text}`, which vertex `{vertex.name}` takes: "
                f"{check.explain(initial_data[key])}"
            )
    if not texts:
        return
    is_one = len(texts) == 1
    raise ContractInputError(
        Diagnostic(
            BROKEN_CONTRACT,
            texts[0] if is_one else f"{len(texts)} initial data are not of their declared types",
            location=caller_location(),
            notes=() if is_one else tuple(texts),
            help=f"give a value of type `{wanted}`",
        )
    )
