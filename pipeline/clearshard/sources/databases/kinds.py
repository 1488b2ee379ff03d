"""Which types of columns can be read as what.

A type is refused where its text is another thing than what a CSV would say: a part of JSON with
its quotes, an array in braces, a length of time. Whoever writes the query can say what is meant.
"""

from clearshard.sources.tables import TableSpec

_NUMBERS = frozenset(("int2", "int4", "int8", "numeric"))
_FRACTIONS = frozenset(("float4", "float8"))
_TEXTS = frozenset(("text", "citext"))
_IDS = frozenset(("uuid",))
_TIMES = frozenset(("timestamp", "timestamptz"))
#: What to write instead.
_INSTEAD = {
    **dict.fromkeys(("json", "jsonb"), "take its value as text: column ->> 'field'"),
    "date": "say when: day::timestamp AT TIME ZONE 'UTC'",
    "interval": "make it seconds: extract(epoch FROM column)::bigint",
    "bit": "compare it: column = B'1'",
}
_AS_TIME = "make it a time: to_timestamp(column)"
_ELSE = "cast it: column::text"


def problem_of_kind(spec: TableSpec, name: str, kind: str) -> str | None:
    """What is wrong with the type of a column that is read, if anything.

    Args:
        spec: What is expected of the table.
        name: The column.
        kind: What the database calls its type.
    """
    fits = kind in _TEXTS
    if name in spec.times:
        fits |= kind in _TIMES
    else:
        fits |= kind == "bool" or kind in _NUMBERS
        fits |= kind in _FRACTIONS and name in spec.numbers
        fits |= kind in _IDS and name not in spec.numbers
    if fits:
        return None
    numeric = kind in _NUMBERS or kind in _FRACTIONS
    instead = _AS_TIME if name in spec.times and numeric else _INSTEAD.get(kind, _ELSE)
    return f"column {name} has the type {kind or 'of nothing'}, which is not read: {instead}"
