"""Values that name a place: a path, the address of a bucket, of a database, of a host, of a key."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from clearshard.transport.addresses import is_secure
from clearshard.transport.databases import DatabaseAddress, is_database

#: A key by its whole name: it says in which region it is asked.
KMS_KEY = r"^aws-kms:arn:aws[a-z-]*:kms:[a-z0-9-]{1,40}:[0-9]{12}:key/[A-Za-z0-9-]{1,64}$"
#: `s3://bucket/prefix`, also where it has been taken for a path; of a drive there is one letter.
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]+:/")
#: `memory` is of tests; nobody else has such a store.
_BUCKET = re.compile(r"(s3|gs|az|memory)://", re.IGNORECASE)
#: A host, and neither a user nor a path: a key goes there.
_LABEL = "[A-Za-z0-9-]{1,63}"
_HOST_OVER_TLS = rf"^https://({_LABEL}\.)*{_LABEL}(:[0-9]{{1,5}})?/?$"


def require_secure(url: str) -> str:
    """The address, if it may be spoken to.

    Raises:
        ValueError: It is neither over TLS nor of this machine, or names a user.
    """
    if not is_secure(url):
        raise ValueError("must begin with https://, or with http:// and be of this machine")
    return url


def require_no_address(path: str) -> str:
    """The path, if it is one and no address of a store.

    Raises:
        ValueError: It would become a folder that is called like the store.
    """
    if _ADDRESS.match(path):
        raise ValueError(
            "is the address of a store, and here only files and folders of this machine are taken: "
            "copy it here, or mount it. Of buckets only output.folder and sources can name one"
        )
    return path


LocalPath = Annotated[str, AfterValidator(require_no_address)]


def is_bucket(folder: str) -> bool:
    """Whether an output folder, or where sources are, is the address of a bucket."""
    return _BUCKET.match(folder) is not None


def _path_or_bucket(place: str) -> str:
    if not is_bucket(place):
        return require_no_address(place)
    if "@" in place.partition("://")[2].partition("/")[0]:
        raise ValueError(
            "names a user or a password: credentials are taken from the environment alone. Change "
            "the password, which has been written down"
        )
    return place


def _path_bucket_or_database(registry: str) -> str:
    if not is_database(registry):
        return _path_or_bucket(registry)
    DatabaseAddress.parse(registry)
    return registry


#: Where sources are: a path, or the address of a bucket and what is meant in it.
PathOrBucket = Annotated[str, AfterValidator(_path_or_bucket)]
#: The same, or the address of a database.
PathBucketOrDatabase = Annotated[str, AfterValidator(_path_bucket_or_database)]
#: `https://` and a host.
HostOverTls = Annotated[str, Field(pattern=_HOST_OVER_TLS)]
#: An address that is spoken to over TLS, or of this machine.
SecureAddress = Annotated[str, AfterValidator(require_secure)]
