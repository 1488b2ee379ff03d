"""Clients of buckets, made by `obstore` of what the surroundings say.

Account, region and credentials are those of the provider's own tools: their variables, for S3 their
profiles too (`clearshard.storage.profiles`), and what the machine itself is lent (web identity, a
container's role, an instance's). No configuration holds any of it.
"""

import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from importlib import util
from typing import TYPE_CHECKING

from clearshard.errors import StoreRefused
from clearshard.storage.profiles import profile_of
from clearshard.surroundings import one_at_a_time
from clearshard.transport.addresses import is_secure

if TYPE_CHECKING:
    from obstore.store import ObjectStore as Client
    from obstore.store import RetryConfig, S3Credential, S3Store

#: How long the keys of a profile are taken for what is in its file.
_BELIEVED_FOR = timedelta(minutes=5)
#: Of a server that throttles, resets or restarts: for half a minute or so, and then it is told.
RETRIES: "RetryConfig" = {"max_retries": 10, "retry_timeout": timedelta(minutes=3)}
_PROVIDERS = re.compile(r"(AWS|AZURE|GOOGLE)_", re.IGNORECASE)


def require_obstore() -> None:
    """Makes sure that object stores can be reached.

    Raises:
        StoreRefused: The package is not installed.
    """
    if util.find_spec("obstore") is None:
        raise StoreRefused(
            "Object stores need a package: pip install 'clearshard[stores]'. A folder needs none."
        )


def bucket(scheme: str, name: str) -> "Client":
    """A client of a bucket, which nothing has been asked of yet.

    Args:
        scheme: `s3`, `gs` or `az`.
        name: The bucket; of Azure, the container.

    Raises:
        StoreRefused: The package is not installed, or the surroundings do not say enough.
    """
    require_obstore()
    _require_secure(os.environ)
    from obstore.exceptions import BaseError
    from obstore.store import AzureStore, GCSStore

    try:
        # The library reads credentials from the environment now, and not again.
        with one_at_a_time():
            if scheme == "s3":
                return _s3(name)
            if scheme == "gs":
                return GCSStore(name, retry_config=RETRIES)
            return AzureStore(name, retry_config=RETRIES)
    except (BaseError, OSError, ValueError) as error:
        raise StoreRefused(
            f"No client for {scheme}:// can be made ({type(error).__name__}). Set the account and "
            "credentials in the environment, by the variables of the provider's own tools."
        ) from None


def _require_secure(surroundings: Mapping[str, str]) -> None:
    """Passes if no address of a store in the environment is one that is spoken to in the clear.

    Those of the machine that lends credentials to another one are asked on a link of its own.
    """
    for name, address in surroundings.items():
        is_address = _PROVIDERS.match(name) and "ENDPOINT" in name.upper()
        if is_address and "METADATA" not in name.upper() and address and not is_secure(address):
            raise StoreRefused(
                f"The environment variable {name} is no address over TLS, nor of this machine. "
                "Transcripts and credentials would go there in the clear: let it begin with "
                "https://."
            )


def _s3(name: str) -> "S3Store":
    from obstore.store import S3Store

    profile = profile_of(os.environ)
    if profile is None:
        return S3Store(name, retry_config=RETRIES)

    def provide() -> "S3Credential":
        """Asked again before they expire: another program may have renewed what is in the file."""
        keys = profile.keys()
        return {
            "access_key_id": keys.key_id,
            "secret_access_key": keys.secret,
            "token": keys.token,
            "expires_at": datetime.now(UTC) + _BELIEVED_FOR,
        }

    if profile.region is None:
        return S3Store(name, credential_provider=provide, retry_config=RETRIES)
    return S3Store(name, credential_provider=provide, retry_config=RETRIES, region=profile.region)
