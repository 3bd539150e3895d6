"""What the norm asks of an office by its class (P213, Annex II; arts. 10, 12)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a class: RPO and RTO, full copy at least every, in hours; rehearsal every, in months; trail."""

    rpo_h: int
    rto_h: int
    copy_h: int
    rehearsal_months: int
    trail: str


CLASSES: Final[Mapping[int, Limits]] = {
    1: Limits(24, 24, 72, 12, "essencial"),
    2: Limits(12, 24, 48, 12, "essencial"),
    3: Limits(4, 8, 24, 6, "intermediário"),
}


def limits_of(office_class: int) -> Limits:
    """Return the limits of a class; those of class 3, the strictest, where the office did not say its class (0)."""
    return CLASSES.get(office_class, CLASSES[3])
