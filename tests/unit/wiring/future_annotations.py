"""Vertices and classes whose annotations are all text, as in many modules of users."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, NotRequired, Required, TypedDict

import attrs

from hbia_dsl.declare.declare_vertex import vertex
from hbia_dsl.declare.fan_in import All
from hbia_dsl.declare.out_reference import out


@attrs.frozen
class User:
    name: str


@attrs.frozen
class ByAttrs:
    user: User
    size: int = 3


@dataclass
class ByDataclass:
    user: User
    size: int = 3


class ByNamedTuple(NamedTuple):
    user: User
    size: int = 3


class ByTypedDict(TypedDict):
    user: User
    size: NotRequired[int]


class Loose(TypedDict, total=False):
    user: Required[User]
    size: int


class Inherited(ByTypedDict):
    more: str


@vertex
def make(name: str) -> User:
    return User(name)


@vertex(outputs=("user", "size"))
def card(make: User) -> ByAttrs:
    return ByAttrs(make)


@vertex
def show(make: User, size: int, everybody: All[User], user: User = out(card).user) -> str:
    return ""
