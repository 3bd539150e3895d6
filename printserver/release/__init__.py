"""Releases: signed bundles, the machine that they are installed on, the upgrade and the way back."""

from printserver.release.begin import Plan, begin, follow, plan
from printserver.release.installed import Release
from printserver.release.journal import Keeper, Outcome
from printserver.release.machine import Machine, machine_at
from printserver.release.prove import prove
from printserver.release.services import Services, services
from printserver.release.upgrade import Upgrade

__all__ = [
    "Keeper",
    "Machine",
    "Outcome",
    "Plan",
    "Release",
    "Services",
    "Upgrade",
    "begin",
    "follow",
    "install",
    "machine_at",
    "plan",
    "prove",
    "services",
]
