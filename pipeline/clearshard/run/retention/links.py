"""Where paths of this machine lead that have a link in them."""

import os

import pyarrow as pa


def led_elsewhere(paths: pa.Array) -> pa.Array:
    """What paths name by a link: each once its folder is resolved, and once its last name is too.

    A path without a link in it names nothing else, and adds nothing.

    Args:
        paths: Absolute, without nulls.
    """
    real = {"": ""}
    led: list[str] = []
    for path in paths.to_pylist():
        folder, _, name = path.rpartition("/")
        inside = f"{_folder(folder, real)}/{name}"
        if inside != path:
            led.append(inside)
        if _is_link(inside):
            led.append(_real(inside))
    # A name that is not UTF-8 is no key that anything is deleted by.
    return pa.array([os.fsencode(one).decode("utf-8", "replace") for one in led], pa.string())


def _folder(folder: str, real: dict[str, str]) -> str:
    """Where a folder is, with no slash at the end; each on the way to it is looked at once."""
    unknown, known = [], folder
    while known not in real:
        unknown.append(known)
        known = known.rpartition("/")[0]
    for path in reversed(unknown):
        above, _, name = path.rpartition("/")
        inside = f"{real[above]}/{name}"
        real[path] = _real(inside).rstrip("/") if _is_link(inside) else inside
    return real[folder]


def _is_link(path: str) -> bool:
    return os.path.islink(path)  # noqa: PTH114 - a `Path` takes five times as long


def _real(path: str) -> str:
    try:
        return os.path.realpath(path)
    except ValueError:  # a NUL: no file is called so
        return path
