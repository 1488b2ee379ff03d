"""How processes of this program are started: with its own code and no other.

Python puts the working folder before everything else where it begins with a piece of code, as every
process of `multiprocessing` does. A package of the same name that lies there, be it of this
program or of what it uses, would then be what redacts.
"""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

#: Nothing is imported from the working folder.
_SAFE_PATH = {"PYTHONSAFEPATH": "1"}


@contextmanager
def child_environment(more: Mapping[str, str] = MappingProxyType({})) -> Iterator[None]:
    """What processes that are started meanwhile have in their environment.

    Args:
        more: Variables for them besides.
    """
    wanted = {**more, **_SAFE_PATH}
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def module_path() -> list[str]:
    """Where modules are looked for, without the working folder and the folder of the script.

    A folder that `PYTHONPATH` names stays: somebody has declared it.
    """
    declared = {_real(p) for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p}
    main = getattr(sys.modules.get("__main__"), "__file__", None)
    here = {_real(str(Path.cwd()))} | ({_real(str(Path(main).parent))} if main else set())
    return [p for p in sys.path if p and (_real(p) in declared or _real(p) not in here)]


def _real(path: str) -> str:
    return os.path.realpath(path)
