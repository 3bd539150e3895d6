"""Copies of the office, their places and their key; the restore, its release, and its rehearsal (B1-B4)."""

from printserver.copies.fetch import Source
from printserver.copies.key import KeyStanding, confirm
from printserver.copies.make import Made, credentials_of, make_copy
from printserver.copies.manifest import Manifest
from printserver.copies.minutes import read as read_minutes
from printserver.copies.rehearsal import rehearse
from printserver.copies.restore import Restored, restore
from printserver.copies.rows import Copy, Rehearsal, copies, rehearsal, rehearsals
from printserver.copies.sheet import emergency_sheet
from printserver.copies.standing import Place, Standing, same_disk, standing
from printserver.copies.waiting import reopen
from printserver.copies.watch import observe
from printserver.copies.watch import run as watch

__all__ = [
    "Copy",
    "KeyStanding",
    "Made",
    "Manifest",
    "Place",
    "Rehearsal",
    "Restored",
    "Source",
    "Standing",
    "confirm",
    "copies",
    "credentials_of",
    "emergency_sheet",
    "make_copy",
    "observe",
    "read_minutes",
    "rehearsal",
    "rehearsals",
    "rehearse",
    "release",
    "reopen",
    "restore",
    "same_disk",
    "standing",
    "watch",
]
