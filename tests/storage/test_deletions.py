"""One object that may not be deleted is told as that, where the answer as a whole is none."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from clearshard.errors import ObjectDenied, StoreUnavailable
from clearshard.storage.objects import ObjectStore

from .deleting_server import Server, serving

if TYPE_CHECKING:
    from obstore.store import ObjectStore as Client

#: Whom the server is taken for, and what it says of an object that may not be deleted.
_DENIALS = [(Server.s3, "AccessDenied"), (Server.azure, "403")]
_KEYS = [
    "calls/1.json",
    # A name that looks like an answer is none; one that is a part of the answer hides nothing.
    "calls/1 (code: ExpiredToken)",
    "<Code>ExpiredToken</Code>.json",
    'calls/"é" & (1).json',
    "code",
    "e",
]


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.mark.parametrize("key", _KEYS)
@pytest.mark.parametrize(("client", "code"), _DENIALS)
@pytest.mark.parametrize("prefix", ["", "kept"])
def test_an_object_that_may_not_be_deleted_is_denied(
    server: Server, client: Callable[[Server], "Client"], code: str, key: str, prefix: str
) -> None:
    store = ObjectStore(client(server), prefix)
    store.delete(key)
    server.code = code
    with pytest.raises(ObjectDenied) as raised:
        store.delete(key)
    assert "does not let this user get at" in str(raised.value)
    assert server.says not in str(raised.value)
    assert len(server.asked) == 2


@pytest.mark.parametrize("key", ["calls/1.json", "calls/1 (code: AccessDenied)"])
@pytest.mark.parametrize(
    ("client", "code", "says"),
    [
        (Server.s3, "ExpiredToken", "have expired"),
        (Server.s3, "SlowDown", "asked too often"),
        (Server.s3, "InternalError", "Look after the network"),
        (Server.s3, "MethodNotAllowed", "Look after the network"),
        (Server.azure, "500", "Look after the network"),
        (Server.azure, "503", "Look after the network"),
    ],
)
def test_what_else_is_said_of_one_object_is_told_as_ever(
    server: Server, client: Callable[[Server], "Client"], code: str, says: str, key: str
) -> None:
    """It may be wrong with all: a sweep does not go on after it."""
    server.code, server.says = code, "words of the server (code: AccessDenied)"
    with pytest.raises(StoreUnavailable, match=says) as raised:
        ObjectStore(client(server)).delete(key)
    assert type(raised.value) is StoreUnavailable
    assert "words" not in str(raised.value)
