"""Class objects: `type[User]` and instances of metaclasses.

The rules are mypy's, which are rougher here than elsewhere.
"""

from hbia_dsl.typeforms.class_members import ABSENT, member_of
from hbia_dsl.typeforms.protocol_assignability import is_protocol, protocol_members
from hbia_dsl.typeforms.shapes import ANY, OBJECT, AnyShape, InstanceShape, Shape
from hbia_dsl.typeforms.verdict import NO, UNKNOWN, YES, Verdict


def class_object_verdict(item: Shape, target: InstanceShape) -> Verdict:
    """Judge `type[item]` against a class, of which a class object would be an instance.

    Args:
        item: What the class object makes instances of.
        target: A metaclass, a protocol, or a class that class objects are no instances of.
    """
    if target.cls is type:
        return YES
    if not isinstance(item, InstanceShape):
        return NO if isinstance(item, AnyShape) else UNKNOWN
    metaclass = type(item.cls)
    if is_protocol(target.cls):
        # Members of the class itself count as well, each in its own way.
        names = protocol_members(target.cls)
        places = [(member_of(item.cls, name), member_of(metaclass, name)) for name in names]
        return NO if (ABSENT, ABSENT) in places else UNKNOWN
    return YES if issubclass(metaclass, target.cls) else NO


def metaclass_verdict(metaclass: type, item: Shape) -> Verdict:
    """Judge instances of a class against `type[item]`: only those of a metaclass may fit."""
    if metaclass is type:
        return YES
    if issubclass(metaclass, type):
        return YES if item in (ANY, OBJECT) else NO
    return NO
