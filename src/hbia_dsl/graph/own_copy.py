"""Copies of plain data, so that nobody changes what somebody else holds."""


def own_copy(value: object) -> object:
    """Copy lists, dicts and sets, at every depth; everything else is taken as it is.

    Example:
        >>> first = {"rows": [1, 2]}
        >>> second = own_copy(first)
        >>> first["rows"].append(3)
        >>> second
        {'rows': [1, 2]}
    """
    kind = type(value)
    if kind is list:
        return [own_copy(item) for item in value]  # type: ignore[attr-defined]  # it is a list
    if kind is dict:
        return {key: own_copy(item) for key, item in value.items()}  # type: ignore[attr-defined]  # it is a dict
    if kind is tuple:
        return tuple(own_copy(item) for item in value)  # type: ignore[attr-defined]  # it is a tuple
    return set(value) if kind is set else value  # type: ignore[call-overload]  # it is a set
