"""A whole job needs no network: it runs where there is none, to the end, and does all it does."""

import subprocess
import sys
from pathlib import Path

import pytest

from .world import small_world

pytestmark = pytest.mark.slow

COMMAND = Path(sys.executable).with_name("clearshard")
#: Ends so where a process may have no network of its own.
NOT_ALLOWED = 77
#: In a network of its own, of which even the interface to itself is down; with the rights that the
#: user has, or else as a user of its own.
ALONE = f"""
import ctypes, errno, os, socket, sys
NEW_NETWORK, NEW_USER = 0x40000000, 0x10000000
unshare = ctypes.CDLL(None).unshare
if unshare(NEW_NETWORK) != 0 and unshare(NEW_NETWORK | NEW_USER) != 0:
    sys.exit({NOT_ALLOWED})
with socket.socket() as here:
    if here.connect_ex(("127.0.0.1", 9)) != errno.ENETUNREACH:
        sys.exit("there is a network")
os.execv(sys.argv[1], sys.argv[1:])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="networks of processes are Linux's")
def test_a_job_runs_where_there_is_no_network(tmp_path: Path) -> None:
    world = small_world(tmp_path)
    world.export_now()
    world.write()
    job = (COMMAND, "run", "--config", world.config, "--out", world.out, "--workers", "1")
    ended = subprocess.run(
        [sys.executable, "-c", ALONE, *map(str, job)], capture_output=True, text=True
    )
    if ended.returncode == NOT_ALLOWED:
        pytest.skip("this user may make no network: run it as another one")
    assert ended.returncode == 0, ended.stderr
    assert len(world.texts()) == 5
