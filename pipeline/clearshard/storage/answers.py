"""What a server of objects answers, as errors of this program; none repeats what it has said.

A server quotes requests, and whoever reads a log is not whoever may see them. Of S3 it has a code,
which says what is to be done.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from clearshard.errors import (
    ListingRefused,
    ObjectChanged,
    ObjectDenied,
    ObjectExists,
    ObjectNotFound,
    StoreRefused,
    StoreUnavailable,
)

_CODE = re.compile(r"<Code>([A-Za-z0-9]{1,60})</Code>")
#: What has kept S3 or Azure from a deletion: they answer many at once, so the library has no error
#: of its own for it. The code comes last, behind the key and the server's words, whatever they say.
_NOT_DELETED = re.compile(
    r"Generic \w+ error: (?:DeleteObjects|Bulk delete) request failed for key .*"
    r"\(code: ([A-Za-z0-9]{1,60})\)",
    re.DOTALL,
)
#: How S3 and Azure say that this user may not delete the object.
_DENIED = {"AccessDenied", "403"}
_OTHER_REGION = "The bucket is in another region. Set AWS_REGION to that one, then run again."
_EXPIRED = "The credentials have expired. Renew them, then run again."
_UNKNOWN_USER = (
    "The store does not know these credentials. Look after them in the environment, then run again."
)
#: What is wrong with more than one object.
_SAID_BY = {
    "NoSuchBucket": "The bucket is not there. Make it, or mend its name.",
    "AuthorizationHeaderMalformed": _OTHER_REGION,
    "PermanentRedirect": _OTHER_REGION,
    "TemporaryRedirect": _OTHER_REGION,
    "IllegalLocationConstraintException": _OTHER_REGION,
    "ExpiredToken": _EXPIRED,
    "ExpiredTokenException": _EXPIRED,
    "TokenRefreshRequired": _EXPIRED,
    "InvalidToken": _UNKNOWN_USER,
    "InvalidAccessKeyId": _UNKNOWN_USER,
    "SignatureDoesNotMatch": _UNKNOWN_USER,
    "RequestTimeTooSkewed": (
        "The clock of this machine is not that of the store. Set it, then run again."
    ),
    "SlowDown": "The store is asked too often. Run again later, or with fewer workers.",
}


@contextmanager
def told(key: str) -> Iterator[None]:
    """Tells what a store tells, in place of what the server does, which quotes requests."""
    from obstore import exceptions

    try:
        yield
    except FileNotFoundError as error:
        if said := _said(error, key):
            raise StoreUnavailable(said) from None
        raise ObjectNotFound(f"{key} is not there.") from None
    except exceptions.AlreadyExistsError:
        raise ObjectExists(f"{key} is there already. It is left as it is.") from None
    except exceptions.PreconditionError:
        raise changed(key) from None
    except exceptions.InvalidPathError:
        raise ListingRefused(
            f"Below {key} is an object whose name has an empty part or a control character, so "
            "nothing there can be listed. Rename it, or use another prefix."
        ) from None
    except (exceptions.NotSupportedError, NotImplementedError):
        raise unconditional("does not know what it was asked") from None
    except (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError) as error:
        # Who is not known at all, or not any more, gets at nothing.
        if said := _said(error, key):
            raise StoreUnavailable(said) from None
        denied = isinstance(error, exceptions.PermissionDeniedError)
        raise (ObjectDenied if denied else StoreUnavailable)(_may_not(key)) from None
    except (exceptions.BaseError, OSError, ValueError) as error:
        if _not_deleted(error) in _DENIED:
            raise ObjectDenied(_may_not(key)) from None
        raise StoreUnavailable(
            _said(error, key)
            or f"The store does not do what {key} needs ({type(error).__name__}). Look after the "
            "network and the store, then run again."
        ) from None


def _said(error: BaseException, key: str) -> str | None:
    """What is to be done, if the server has said so; a key could look like its answer."""
    if (kept_from := _not_deleted(error)) is not None:
        return _SAID_BY.get(kept_from)
    answer = str(error).replace(key, "")
    if (code := _CODE.search(answer)) is not None:
        return _SAID_BY.get(code[1])
    # Of a redirection the library tells no code.
    return _OTHER_REGION if "redirect without LOCATION" in answer else None


def _not_deleted(error: BaseException) -> str | None:
    """The code of what has kept a server from deleting one object, if that is what it tells."""
    told_of = _NOT_DELETED.fullmatch(str(error).partition("\n\nDebug source:")[0])
    return None if told_of is None else told_of[1]


def _may_not(key: str) -> str:
    return (
        f"The store does not let this user get at {key}. Look after the credentials in the "
        "environment, and what they permit."
    )


def changed(key: str) -> ObjectChanged:
    """The error for an object of another version."""
    return ObjectChanged(f"{key} has changed since it was looked at, or is gone.")


def unconditional(what: str) -> StoreRefused:
    """The error for a store that does not hold to conditions."""
    return StoreRefused(
        f"This store {what}. Two runs could both take themselves for the one that was published. "
        "Use a store with conditional writes (S3, Google Cloud Storage, Azure), or a folder."
    )
