"""A configuration, held against everything that it names: all that is wrong with it, at once."""

from pathlib import Path

from clearshard.config import Config, load_config
from clearshard.errors import ConfigError
from clearshard.run.accepted import accept


def load_for_gate(path: Path) -> Config:
    """Reads a configuration file by which files are decided.

    Raises:
        ConfigError: With everything that is wrong in it, and in the policy that it names.
    """
    return load_config(path, problems_of_policy)


def load_for_run(path: Path) -> Config:
    """Reads a configuration file by which files are decided and redacted.

    Raises:
        ConfigError: The same, and what is wrong with recognizers, pipeline, types and languages.
    """
    return load_config(path, problems_of_run)


def load_for_examined_run(path: Path) -> Config:
    """The same, but of what is right of redaction nothing is said yet.

    See `clearshard.run.examined`, which says it while something else is done. If anything else is
    wrong, all is said at once.

    Raises:
        ConfigError: See `load_for_run`.
    """
    try:
        return load_config(path, problems_of_policy)
    except ConfigError:
        return load_for_run(path)


def load_for_detection(path: Path) -> Config:
    """Reads a configuration file by which texts are redacted, whatever else it says.

    Raises:
        ConfigError: With everything that is wrong in it, and in how it redacts.
    """
    return load_config(path, problems_of_redaction)


def problems_of_policy(config: Config) -> list[str]:
    """What is wrong with the policy, or with what was acknowledged of it."""
    try:
        accept(config)
    except ConfigError as error:
        return [_placed(error.source, problem) for problem in error.problems]
    return []


def problems_of_redaction(config: Config) -> list[str]:
    """What is wrong with recognizers, pipeline, types and languages."""
    from clearshard.redaction import checks  # takes long to import

    return checks.problems_of_redaction(config)


def problems_of_run(config: Config) -> list[str]:
    """Both."""
    return [*problems_of_policy(config), *problems_of_redaction(config)]


def _placed(source: str, problem: str) -> str:
    return problem if problem.startswith("policy.") else f"policy.file → {source}: {problem}"
