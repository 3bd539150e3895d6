"""The office of one process: settings, people, the log, and the transaction of an act."""

from printserver.office.act import Act, acting
from printserver.office.audit import LogEntry
from printserver.office.bell import Bell
from printserver.office.create import SECRET_FILE
from printserver.office.exceptions import EXCEPTIONS, ISENTO
from printserver.office.lease import RELEASED, Duty, Lease, backoff, owner_name, reached, reached_at, times
from printserver.office.mirror import Mirror, MirrorState
from printserver.office.office import Office, acting_author, acting_person
from printserver.office.people import Author, Person
from printserver.office.proof import JOB, QUESTION, SELO, HeadDiffers, Report, change_proof, evidence
from printserver.office.settings import (
    CopySettings,
    CourtSettings,
    Http,
    MirrorSettings,
    Settings,
    WarningSettings,
    load_settings,
)
from printserver.office.verification import Progress, Verifier

__all__ = [
    "EXCEPTIONS",
    "ISENTO",
    "JOB",
    "QUESTION",
    "RELEASED",
    "SECRET_FILE",
    "SELO",
    "Act",
    "Author",
    "Bell",
    "CopySettings",
    "CourtSettings",
    "Duty",
    "HeadDiffers",
    "Http",
    "Lease",
    "LogEntry",
    "Mirror",
    "MirrorSettings",
    "MirrorState",
    "Office",
    "Person",
    "Progress",
    "Report",
    "Settings",
    "Verifier",
    "WarningSettings",
    "acting",
    "acting_author",
    "acting_person",
    "audit",
    "backoff",
    "change_proof",
    "copy_key",
    "create",
    "engine_mark",
    "evidence",
    "folders",
    "format_versions",
    "load_settings",
    "mirror",
    "mirror_lines",
    "own_certificate",
    "owner_name",
    "people",
    "proof",
    "reached",
    "reached_at",
    "ready",
    "registry",
    "reload",
    "restored",
    "sessions",
    "settings",
    "settings_file",
    "table_changes",
    "table_files",
    "times",
    "verification",
]
