"""A server that is killed fifty times, at random, while runs are published."""

import random
from pathlib import Path

import pytest

from .killing import try_to_kill
from .proxy import Proxy
from .s3 import S3Server

pytestmark = pytest.mark.soak


def test_a_server_may_be_killed_fifty_times(
    mortal: S3Server, before_mortal: Proxy, tmp_path: Path
) -> None:
    choose = random.Random(20261130)
    for attempt in range(50):
        folder = tmp_path / str(attempt)
        folder.mkdir()
        number, before = choose.randrange(1, 24), choose.random() < 0.5
        try_to_kill(mortal, before_mortal, folder, number, before=before)
