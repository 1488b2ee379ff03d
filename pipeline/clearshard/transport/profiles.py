"""The versions and cipher suites that the published policy names, one profile for each product.

"AssemblyAI supports the following TLS versions and cipher suites": what is not among them is not
spoken, and an endpoint that offers it is not the service as it is published.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class ProfileName(StrEnum):
    """For which product."""

    ASYNCHRONOUS = "asynchronous"
    STREAMING = "streaming"


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


@dataclass(frozen=True, slots=True)
class Profile:
    """What the policy names for a product.

    Attributes:
        name: Of the product.
        suites: Cipher suites by version, each as `ssl` calls them.
        source: Where the policy says so.
    """

    name: ProfileName
    suites: Mapping[str, tuple[str, ...]]
    source: str

    def allows(self, version: str | None, suite: str | None) -> bool:
        """Whether the policy names a version, and a suite under it."""
        return suite in self.suites.get(version or "", ())


PROFILES: Mapping[ProfileName, Profile] = MappingProxyType(
    {
        profile.name: profile
        for profile in (
            Profile(
                ProfileName.ASYNCHRONOUS,
                MappingProxyType({"TLSv1.2": TLS_1_2_SUITES, "TLSv1.3": TLS_1_3_SUITES}),
                "Encryption / Async: supported TLS versions and cipher suites",
            ),
            Profile(
                ProfileName.STREAMING,
                MappingProxyType({"TLSv1.3": TLS_1_3_SUITES}),
                "Encryption / Streaming: supported TLS version and cipher suites",
            ),
        )
    }
)
ASYNCHRONOUS = PROFILES[ProfileName.ASYNCHRONOUS]
STREAMING = PROFILES[ProfileName.STREAMING]
