"""What the calls are about."""

from .care import HEALTH, PERSONNEL
from .goods import DELIVERY, RESTAURANT, SUPPORT, TRAVEL
from .machines import TECH, TELECOM
from .money import BANKING, INSURANCE, UTILITIES
from .monologues import meeting, voicemail
from .scenario import Matter, Scenario

SCENARIOS: tuple[Scenario, ...] = (
    *(SUPPORT, BANKING, HEALTH, DELIVERY, INSURANCE, TRAVEL),
    *(UTILITIES, RESTAURANT, TECH, TELECOM, PERSONNEL),
)

__all__ = ["SCENARIOS", "Matter", "Scenario", "meeting", "voicemail"]
