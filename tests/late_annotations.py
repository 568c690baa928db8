"""Classes in a module whose annotations are all text."""

from __future__ import annotations

import dataclasses
import typing

import attrs


class LatePoint(typing.NamedTuple):
    x: int
    label: str | None = None


class LateOptions(typing.TypedDict):
    depth: int
    name: typing.NotRequired[str]


class LatePartial(LateOptions, total=False):
    point: LatePoint
    size: typing.Required[float]


@attrs.frozen
class LateNode:
    value: int
    children: list[LateNode] = attrs.Factory(list)


@dataclasses.dataclass
class LateOrder:
    points: set[LatePoint]
    options: LateOptions
