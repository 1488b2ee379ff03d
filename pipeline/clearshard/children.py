"""How processes of this program are started: with its own code and no other, and soon.

Python puts the working folder before everything else where it begins with a piece of code, as every
process of `multiprocessing` does. A package of the same name that lies there, be it of this
program or of what it uses, would then be what redacts.
"""

import os
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import MappingProxyType, ModuleType

from clearshard.surroundings import VARIABLES, one_at_a_time

#: Nothing is imported from the working folder.
_SAFE_PATH = {"PYTHONSAFEPATH": "1"}
#: What libraries of object stores read their secrets from.
CREDENTIALS_OF_STORES = (
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AZURE_STORAGE_ACCOUNT_KEY",
    "AZURE_STORAGE_ACCESS_KEY",
    "AZURE_STORAGE_MASTER_KEY",
    "AZURE_STORAGE_SAS_KEY",
    "AZURE_STORAGE_SAS_TOKEN",
    "AZURE_STORAGE_TOKEN",
    "AZURE_CLIENT_SECRET",
    "AZURE_STORAGE_CLIENT_SECRET",
    "GOOGLE_SERVICE_ACCOUNT_KEY",
)
#: What no process gets from here: they are sent what they need, and speak to nobody.
_WITHHELD = (*VARIABLES, *CREDENTIALS_OF_STORES, "PGPASSWORD")


@contextmanager
def child_environment(
    more: Mapping[str, str] = MappingProxyType({}), needed: Collection[str] = ()
) -> Iterator[None]:
    """What processes that are started meanwhile have in their environment; no secret is in it.

    Other threads that read a secret wait meanwhile.

    Args:
        more: Variables for them besides.
        needed: Secrets that they cannot do without.
    """
    with one_at_a_time():
        wanted = {**more, **_SAFE_PATH}
        withheld = [name for name in _WITHHELD if name not in needed]
        before = {name: os.environ.get(name) for name in (*wanted, *withheld)}
        os.environ.update(wanted)
        for name in withheld:
            os.environ.pop(name, None)
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value


class _NoPandas:
    """Finds nothing, and says so where pandas is looked for."""

    @staticmethod
    def find_spec(
        name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """As import does it.

        Raises:
            ModuleNotFoundError: Which Arrow expects where there is no pandas.
        """
        if name == "pandas":
            raise ModuleNotFoundError("pandas is not loaded for this", name=name)
        return None


def leave_out_pandas() -> None:
    """Keeps Arrow from loading pandas into this process only because it is installed.

    Arrow looks for it when it makes its first array, which takes a quarter of a second and 50 MB,
    and never again. So call this when Arrow is loaded and has made none. For processes of this
    program alone: whoever asks Arrow for a data frame still gets one, but a series of pandas is a
    sequence like any other to it.
    """
    arrow = sys.modules.get("pyarrow")
    if arrow is not None and "pandas" not in sys.modules:
        sys.meta_path.insert(0, _NoPandas)
        try:
            arrow.array([None])
        finally:
            sys.meta_path.remove(_NoPandas)


def module_path(strange: Collection[str] = ()) -> list[str]:
    """Where modules are looked for, without the working folder and the folder of the script.

    A folder that `PYTHONPATH` names stays: somebody has declared it.

    Args:
        strange: Folders to be left out besides.
    """
    declared = {_real(p) for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p}
    main = getattr(sys.modules.get("__main__"), "__file__", None)
    here = {_real(path) for path in (*strange, str(Path.cwd()))}
    here |= {_real(str(Path(main).parent))} if main else set()
    return [p for p in sys.path if p and (_real(p) in declared or _real(p) not in here)]


def _real(path: str) -> str:
    return os.path.realpath(path)
