"""TLS as the published policy states it for pre-recorded audio: two versions, seven suites.

"AssemblyAI supports the following TLS versions and cipher suites": a connection that comes to be
with anything else is none with the service as it is published.
"""

import ssl

#: Suites of TLS 1.3; a library offers all three or says so itself, there is nothing to choose.
TLS_1_3_SUITES = (
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
)
#: Suites of TLS 1.2.
TLS_1_2_SUITES = (
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
)
_SUITES_OF = {"TLSv1.2": TLS_1_2_SUITES, "TLSv1.3": TLS_1_3_SUITES}


def published_context() -> ssl.SSLContext:
    """A context that offers what is published, and trusts whom this machine does.

    Certificates are those of the system, or of the file in ``SSL_CERT_FILE``. Nothing logs keys.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # asks for a certificate of this host
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.maximum_version = ssl.TLSVersion.TLSv1_3
    context.set_ciphers(":".join(TLS_1_2_SUITES))
    context.load_default_certs()
    return context


def is_published(version: str | None, suite: str | None) -> bool:
    """Whether a connection has come to be with a version and a suite of its that are published."""
    return suite in _SUITES_OF.get(version or "", ())
