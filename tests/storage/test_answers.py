"""What a server answers becomes a sentence that says what to do, and quotes nothing."""

import pytest
from obstore import exceptions

from clearshard.errors import ObjectDenied, ObjectNotFound, StoreError, StoreUnavailable
from clearshard.storage.answers import told


def _told(error: Exception, key: str = "calls/1.json") -> StoreError:
    with pytest.raises((StoreUnavailable, ObjectNotFound)) as raised, told(key):
        raise error
    return raised.value


def _body(code: str) -> str:
    return f"Server returned 400: <Error><Code>{code}</Code><Message>private</Message></Error>"


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("NoSuchBucket", "bucket is not there"),
        ("AuthorizationHeaderMalformed", "AWS_REGION"),
        ("PermanentRedirect", "AWS_REGION"),
        ("ExpiredToken", "have expired"),
        ("InvalidAccessKeyId", "does not know these credentials"),
        ("SignatureDoesNotMatch", "does not know these credentials"),
        ("RequestTimeTooSkewed", "clock of this machine"),
        ("SlowDown", "asked too often"),
    ],
)
@pytest.mark.parametrize(
    "kind",
    [exceptions.GenericError, exceptions.PermissionDeniedError, FileNotFoundError, OSError],
)
def test_what_is_wrong_with_all_is_told_as_that(
    code: str, says: str, kind: type[Exception]
) -> None:
    """And never as the fault of one object, which a sweep would go on after."""
    found = _told(kind(_body(code)))
    assert type(found) is StoreUnavailable
    assert found.exit_code == 4
    assert says in str(found)
    assert "private" not in str(found)


def test_of_one_object_it_is_told_as_that() -> None:
    assert isinstance(_told(exceptions.PermissionDeniedError(_body("AccessDenied"))), ObjectDenied)
    assert isinstance(_told(FileNotFoundError(_body("NoSuchKey"))), ObjectNotFound)
    assert "AWS_REGION" in str(_told(exceptions.GenericError("redirect without LOCATION")))


def test_a_key_that_looks_like_an_answer_is_none() -> None:
    """Whoever names an object stops no run by it."""
    key = "<Code>NoSuchBucket</Code>"
    assert isinstance(_told(FileNotFoundError(f"{key}: {_body('NoSuchKey')}"), key), ObjectNotFound)
