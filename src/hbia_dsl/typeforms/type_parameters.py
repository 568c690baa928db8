"""Parameters of generic classes: how types relate when their arguments do."""

import enum

import attrs

from hbia_dsl.typeforms.shapes import ANY, Shape


class Variance(enum.Enum):
    """What `A` for `B` says about `Box[A]` for `Box[B]`."""

    INVARIANT = "invariant"
    COVARIANT = "covariant"
    CONTRAVARIANT = "contravariant"
    INFERRED = "inferred"
    """A checker finds it by reading the class, which run-time objects do not allow."""


@attrs.frozen
class TypeParameter:
    """One parameter of a generic class."""

    variable: object
    """The type variable, or the name of one for a class that has none at run time."""
    variance: Variance
    default: Shape = ANY
    """What stands for an argument that is left out."""
