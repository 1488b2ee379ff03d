"""Where the files of `models/` are: part of the package, or of a checkout."""

from importlib import resources
from pathlib import Path


def model_path(installed: str, made: str) -> Path:
    """The file or folder of a model.

    Args:
        installed: Its name in the package.
        made: Its path below ``models/`` of a checkout, where it is made.
    """
    package = Path(str(resources.files("clearshard")))
    path = package / "models" / installed
    return path if path.exists() else package.parents[1] / "models" / made
