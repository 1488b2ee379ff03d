"""Which addresses may be spoken to at all."""

import pytest

from clearshard.transport.addresses import is_secure


@pytest.mark.parametrize(
    "url",
    [
        *("https://example.com", "https://example.com:8443/a?b", "https://10.0.0.1", "HTTPS://A.b"),
        *("http://localhost", "http://LOCALHOST:80/a", "http://127.0.0.1:5000", "http://127.9.9.9"),
        *("http://[::1]:80", "https://[2001:db8::1]"),
    ],
)
def test_over_tls_or_of_this_machine(url: str) -> None:
    assert is_secure(url)


@pytest.mark.parametrize(
    "url",
    [
        *("http://example.com", "http://localhost.example.com", "http://127.0.0.1.example.com"),
        *("http://127.0.0.1@example.com", "http://localhost:80@example.com", "https://u:p@a.b"),
        *("http://example.com#@localhost", "http://example.com\\@localhost", "http://0.0.0.0"),
        *("http://10.0.0.1", "http://[::2]", "http://2130706433", "http://0x7f.1", "http://"),
        *("ftp://localhost", "localhost", "", "https://", "https:///a", "https://a:port"),
        *("//localhost", "file:///etc", "http://[::1", "http://[::ffff:10.0.0.1]"),
    ],
)
def test_no_other(url: str) -> None:
    assert not is_secure(url)
