"""How often garbage is looked for is put back, whoever else imports meanwhile."""

import gc
from collections.abc import Iterator

import pytest

from clearshard.collecting import SELDOM, seldom


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


@pytest.mark.parametrize("usual", [(700, 10, 10), (SELDOM + 1, 5, 5)])
def test_it_is_as_before_once_nobody_imports(usual: tuple[int, int, int]) -> None:
    gc.set_threshold(*usual)
    first, second = seldom(), seldom()
    first.__enter__()
    second.__enter__()
    assert gc.get_threshold()[0] >= SELDOM
    first.__exit__(None, None, None)  # of another thread, which is done first
    assert gc.get_threshold()[0] >= SELDOM
    second.__exit__(None, None, None)
    assert gc.get_threshold() == usual


def test_it_is_put_back_after_what_fails() -> None:
    gc.set_threshold(700, 10, 10)
    with pytest.raises(ImportError), seldom():
        raise ImportError
    assert gc.get_threshold() == (700, 10, 10)


def test_who_has_switched_it_off_has_it_off() -> None:
    gc.set_threshold(0, 10, 10)
    with seldom():
        assert gc.get_threshold()[0] == 0
    assert gc.get_threshold()[0] == 0
