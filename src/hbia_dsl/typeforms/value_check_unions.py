"""Checks of unions, and of forms that refer to themselves."""

from hbia_dsl.typeforms.compiled_check import DEEP_ITEM_LIMIT, ValueCheck, Within, look_within
from hbia_dsl.typeforms.value_check_scalars import classes_check
from hbia_dsl.typeforms.value_mismatch import Mismatch, found_text


def union_check(expected: str, arms: tuple[ValueCheck, ...]) -> ValueCheck:
    """Check that a value is accepted by one of several checks.

    Args:
        expected: The form, for messages.
        arms: The checks of the members, at least one.
    """
    classes = tuple(cls for arm in arms for cls in arm.classes)
    others = tuple(arm for arm in arms if not arm.classes)
    plain = classes_check(classes, expected) if classes else None
    if plain is not None and not others:
        return plain
    tests = tuple(map(look_within, others))
    is_plain = None if plain is None else plain.accepts

    def within(value: object, limit: int = DEEP_ITEM_LIMIT) -> bool:
        if is_plain is not None and is_plain(value):
            return True
        for test in tests:  # a generator for `any` costs more than the tests
            if test(value, limit):
                return True
        return False

    def locate(value: object, limit: int) -> Mismatch | None:
        if within(value, limit):
            return None
        inside = [m for arm in others if (m := arm.find(value, limit)) is not None and m.path]
        if len(inside) == 1:  # only one member was near, so its reason is the reason
            return inside[0]
        return Mismatch((), expected, found_text(value, expected))

    flat = all(arm.within is None for arm in others)
    sure = frozenset(cls for arm in arms for cls in arm.sure)
    return ValueCheck(expected, within, None if flat else within, locate, sure)


class Deferred:
    """Stands for a check that is still being compiled, where a form contains itself.

    Every passage halves the number of items to look at, and at zero a value is
    accepted. So a value that contains itself, or that is nested without end, is
    checked about ten levels deep and no deeper.
    """

    __slots__ = ("_target",)

    def __init__(self) -> None:
        self._target: ValueCheck | None = None

    def resolve(self, target: ValueCheck | None) -> None:
        """Fill in the compiled check, or None if it turned out to refuse nothing."""
        self._target = target

    def check(self, expected: str) -> ValueCheck:
        """Return a check that asks the target when it is asked.

        Args:
            expected: The form, for messages.
        """

        def within(value: object, limit: int = DEEP_ITEM_LIMIT) -> bool:
            target = self._target
            rest = limit // 2
            return target is None or rest == 0 or look_within(target)(value, rest)

        def locate(value: object, limit: int) -> Mismatch | None:
            target = self._target
            rest = limit // 2
            return None if target is None or rest == 0 else target.find(value, rest)

        return ValueCheck(expected, within, within, locate)


def named_check(expected: str, check: ValueCheck) -> ValueCheck:
    """Return the same check under another name: the name of a NewType or an alias.

    Args:
        expected: The name for messages.
        check: The check of what it stands for.
    """
    inner = check.locate

    def locate(value: object, limit: int) -> Mismatch | None:
        mismatch = None if inner is None else inner(value, limit)
        if mismatch is None or mismatch.path:
            return mismatch
        return Mismatch((), expected, mismatch.found)

    within: Within | None = check.within
    return ValueCheck(
        expected, check.accepts, within, locate if inner else None, check.sure, check.classes
    )
