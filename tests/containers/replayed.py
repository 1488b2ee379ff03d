"""The steps of the Dockerfile without an engine: in a root of their own, at the real paths.

A process of its own makes a root in memory: the system of this machine, the Python that runs the
tests, and `/opt/clearshard`, `/build` and `/srv` as folders of the test. What is done there reaches
nothing of the machine. It needs Linux and the rights of root.
"""

import shlex
import subprocess
import sys
from pathlib import Path

#: Makes the root of a step. {kept} is a folder of the test, {python} the prefix of this Python.
_ROOT = """
set -eu
mount --make-rprivate /
root={kept}/root
mkdir -p $root {kept}/opt {kept}/build {kept}/srv
mount -t tmpfs tmpfs $root
cd $root
mkdir -p usr etc dev proc tmp opt build srv opt/clearshard .{python}
for name in bin sbin lib lib64; do if [ -e /$name ]; then cp -P /$name $name; fi; done
for name in usr etc dev; do mount --rbind /$name $name; done
mount -t proc proc proc
mount --bind {python} .{python}
# An index of packages may be configured to lie there.
for path in /opt/*; do if [ -d $path ]; then mkdir -p .$path; mount --bind $path .$path; fi; done
mount --bind {kept}/opt opt/clearshard
mount --bind {kept}/build build
mount --bind {kept}/srv srv
mount -t tmpfs -o mode=1777 tmpfs tmp
"""
#: As in a pod: nothing can be written but /srv and /tmp.
_READ_ONLY = """
for name in etc opt/clearshard build; do mount -o remount,bind,ro $name; done
mount -o remount,bind,ro usr
mount -o remount,ro $root
"""
_UNPRIVILEGED = (
    "exec setpriv --reuid 10001 --regid 10001 --clear-groups --no-new-privs --bounding-set=-all "
    "--inh-caps=-all -- "
)


#: Where programs are found, the image's own before all.
PATH = f"/opt/clearshard/bin:{sys.base_prefix}/bin:/usr/bin:/bin:/usr/sbin:/sbin"


def possible() -> bool:
    """Whether this user may make namespaces and mount in them."""
    tried = ["unshare", "--mount", "--pid", "--net", "--fork", "sh", "-c"]
    try:
        return (
            subprocess.run([*tried, "mount -t tmpfs tmpfs /mnt"], capture_output=True).returncode
            == 0
        )
    except OSError:
        return False


def build(kept: Path, step: str, environment: dict[str, str]) -> None:
    """Does one RUN of the stage that builds, as root, in `/build`."""
    words = [
        "unshare",
        "--mount",
        "--pid",
        "--fork",
        "sh",
        "-c",
        _within(kept, "", f"cd /build\n{step}"),
    ]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{step}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"


def start(kept: Path, command: str, environment: dict[str, str]) -> "subprocess.Popen[str]":
    """Starts a command as the image would: first process of its own, unprivileged, read-only.

    `unshare` ends with the exit code of what it has started, and passes no signal on.
    """
    script = _within(kept, _READ_ONLY, f"cd /srv/clearshard\n{_UNPRIVILEGED}{command}")
    words = ["unshare", "--mount", "--pid", "--net", "--ipc", "--fork", "--kill-child"]
    return subprocess.Popen(
        [*words, "sh", "-c", script],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _within(kept: Path, more: str, script: str) -> str:
    made = _ROOT.format(kept=kept, python=sys.base_prefix)
    return f"{made}{more}exec chroot $root sh -c {shlex.quote(script)}\n"
