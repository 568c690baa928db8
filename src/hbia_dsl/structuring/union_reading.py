"""One of several forms out of data, without guessing.

The rules, first to last:

1. Data of exactly the class of a scalar member are that member: with `int | str` text
   stays text; with `datetime | str` too, so text is never turned into something else
   while the union takes text.
2. Of members with fields, a field that is a `Literal` in each of them tells which; else
   the one whose fields fit.
3. Else every member tries. One success is the answer, and so are several that agree. Several
   that differ are refused, unless one is a container of the class that was given.
"""

import typing
from collections.abc import Mapping, Sequence

import attrs

from hbia_dsl.structuring.data_field import DataField, FindRead, Read, data_fields, has_fields
from hbia_dsl.structuring.data_problem import (
    DataProblem,
    RefusedDataError,
    field_step,
    kind_text,
    refused,
)
from hbia_dsl.structuring.declared_text import choices_text, declared_text
from hbia_dsl.structuring.opened_form import opened
from hbia_dsl.structuring.scalar_reading import SCALARS
