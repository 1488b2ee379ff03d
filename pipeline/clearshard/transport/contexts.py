"""TLS contexts as the published policy states them."""

import ssl

from clearshard.transport.profiles import TLS_1_2_SUITES, Profile

_VERSIONS = {"TLSv1.2": ssl.TLSVersion.TLSv1_2, "TLSv1.3": ssl.TLSVersion.TLSv1_3}


def client_context(profile: Profile) -> ssl.SSLContext:
    """A context that offers what a profile names, and trusts whom this machine does.

    It asks for a certificate of the host that is spoken to. Certificates are those of the system,
    or of the file in ``SSL_CERT_FILE``. Nothing logs keys.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    versions = [_VERSIONS[name] for name in profile.suites]
    context.minimum_version, context.maximum_version = min(versions), max(versions)
    # Those of TLS 1.3 are the three of the library, which the policy names; where only that is
    # spoken, none of the others is offered.
    context.set_ciphers(":".join(TLS_1_2_SUITES))
    context.load_default_certs()
    return context
