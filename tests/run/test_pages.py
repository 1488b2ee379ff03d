"""The page of each package below `run/` names what lies in it."""

import pkgutil
import re
from importlib import import_module

import pytest

_PACKAGES = ("", ".stages", ".output", ".resume", ".retention", ".forecast", ".purge", ".keys")


@pytest.mark.parametrize("name", [f"clearshard.run{package}" for package in _PACKAGES])
def test_each_module_is_on_the_page_of_its_package(name: str) -> None:
    package = import_module(name)
    page = package.__doc__ or ""
    named = re.findall(r"^ *([a-z_]+)/? {2,}\S", page, re.MULTILINE)
    assert sorted(named) == sorted(one.name for one in pkgutil.iter_modules(package.__path__))


def test_every_package_is_looked_at() -> None:
    package = import_module("clearshard.run")
    below = [one.name for one in pkgutil.iter_modules(package.__path__) if one.ispkg]
    assert sorted(below) == sorted(name[1:] for name in _PACKAGES if name)
