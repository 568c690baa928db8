"""The text of lowered flows for a type checker, with what each of its lines stands for.

The flows are well typed exactly when the checker has nothing to say about this text,
except what it must say: the type of every vertex is asked for, and two errors are made on
purpose. A checker that sees `Any`, skips a part or keeps silent gives itself away.
"""

from collections.abc import Iterable, Mapping, Sequence

from hbia_dsl.lowering.check_flow_writer import CheckFlowWriter
from hbia_dsl.lowering.check_place import CheckText
from hbia_dsl.lowering.check_writer import TAKEN, CheckWriter
from hbia_dsl.lowering.flow_names import FlowNames, name_flow
from hbia_dsl.lowering.lower_flow import lower_flow
from hbia_dsl.lowering.source_names import ImportedModules
from hbia_dsl.lowering.source_text import flow_function
from hbia_dsl.lowering.stand_in import StandIn, stand_in_for
from hbia_dsl.lowering.type_source import ANY
from hbia_dsl.wiring.wired_flow import WiredFlow


def check_text(
    flows: Sequence[WiredFlow],
    *,
    homes: Iterable[str] = (),
    strict_any: bool = False,
    reveal_results: bool = False,
) -> CheckText:
    """Write flows as typed functions of one module.

    Args:
        flows: The flows.
        homes: Modules whose variables may hold objects of which vertices are methods.
        strict_any: Whether mypy is to refuse every expression that holds `Any`.
        reveal_results: Whether the type of every result is asked for, too.
    """
    homes = tuple(homes)
    names = [name_flow(flow, homes) for flow in flows]
    stand_ins = [_stand_ins(flow, named) for flow, named in zip(flows, names, strict=True)]
    functions: list[str] = []
    for flow in flows:
        functions.append(flow_function(f"flow_{flow.name}", {*functions, *TAKEN}))
    imports = ImportedModules(_modules(names, stand_ins), {*functions, *TAKEN})
    writer = CheckWriter(imports, reveal_results=reveal_results)
    writer.head(strict_any=strict_any)
    for number, (flow, named) in enumerate(zip(flows, names, strict=True)):
        lowered = lower_flow(flow, names=named, imports=imports, taken=TAKEN)
        CheckFlowWriter(writer, number, lowered, named, stand_ins[number]).write(functions[number])
    writer.canaries()
    text = "\n".join(writer.lines) + "\n"
    return CheckText(text, writer.places, tuple(writer.unproven), tuple(imports.alias_of))


def _stand_ins(flow: WiredFlow, names: FlowNames) -> Mapping[str, StandIn]:
    return {
        name: stand_in_for(flow.vertices[name])
        for name, callee in names.callees.items()
        if callee is None
    }


def _modules(
    names: Iterable[FlowNames], stand_ins: Iterable[Mapping[str, StandIn]]
) -> Iterable[str]:
    yield ANY.module
    for named in names:
        yield from named.modules()
    for of_flow in stand_ins:
        for stand_in in of_flow.values():
            for source in (*(s for _, s in stand_in.parameters), stand_in.returns):
                if source is not None:
                    yield from source.modules()
