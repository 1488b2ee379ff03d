"""What every store does alike, on a real server."""

import pytest

from clearshard.errors import StoreUnavailable
from clearshard.storage.objects import ObjectStore
from clearshard.storage.store import Store

# The suite itself: its tests are collected here once more, with the store of this module.
from ..storage.test_store_behaviour import *  # noqa: F403
from .s3 import S3Server

pytestmark = pytest.mark.servers


# Both stand in the place of what was imported.
@pytest.fixture  # type: ignore[no-redef]
def store(s3_server: S3Server) -> Store:
    return ObjectStore(s3_server.client(), s3_server.new_prefix())


def test_a_listing_is_in_the_order_of_whole_keys(store: Store) -> None:  # type: ignore[no-redef]
    """This server goes folder by folder, which is refused when it shows."""
    for key in ("a-b", "a/b"):
        store.put_if_absent(key, b"")
    with pytest.raises(StoreUnavailable, match="in no order that can be relied on"):
        list(store.list_below())


def test_the_server_holds_to_conditions(s3: S3Server) -> None:
    """In a bucket by itself, without a prefix."""
    store = ObjectStore(s3.client(s3.new_bucket()))
    store.require_conditional_writes()
    assert list(store.list_all()) == []
