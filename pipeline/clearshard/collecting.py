"""Garbage is looked for seldom while modules are imported.

What is imported is some hundred thousand objects that stay. Python would look through them for
garbage again and again, a fifth of the time that importing takes.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

#: So many new objects before Python looks for garbage among them; by itself, after 700.
SELDOM = 100_000

_lock = Lock()
#: What was set before the first of those that import now, once for each of them.
_before: list[tuple[int, int, int]] = []


@contextmanager
def seldom() -> Iterator[None]:
    """Looks for garbage seldom meanwhile; as before, once nobody imports any more."""
    with _lock:
        _before.append(_before[0] if _before else gc.get_threshold())
        if _before[0][0]:  # or nobody looks at all
            gc.set_threshold(max(SELDOM, _before[0][0]))
    try:
        yield
    finally:
        with _lock:
            before = _before.pop()
            if not _before:
                gc.set_threshold(*before)
