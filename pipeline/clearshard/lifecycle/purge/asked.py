"""Of whom a purge is."""

from dataclasses import dataclass
from enum import StrEnum

from clearshard.errors import ConfigError


class Of(StrEnum):
    """By what the files of a purge are chosen."""

    ACCOUNT = "account"
    FILE = "file"
    #: Both were named.
    NAMED = "account_and_file"
    #: By the registry and the policy as they are now.
    REGISTRY = "registry"


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody has asked to be purged; nothing named is: whatever the registry says.

    Attributes:
        accounts: Ids of accounts, in any spelling.
        files: The same of files.
    """

    accounts: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    @property
    def of(self) -> Of:
        """By what files are chosen."""
        if self.accounts:
            return Of.NAMED if self.files else Of.ACCOUNT
        return Of.FILE if self.files else Of.REGISTRY

    def require_named(self) -> None:
        """Passes if somebody is named, so that no registry need be asked.

        Raises:
            ConfigError: Nobody is.
        """
        if self.of is Of.REGISTRY:
            problem = "is needed to compare with the registry; or name --account or --file"
            raise ConfigError("--config", [problem])
