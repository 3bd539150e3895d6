"""Keys of systems and people of the office: identity and, only here, rights (A1, A2).

No HTTP here; sessions are in `sessions`.
"""

from printserver.office.people.keys import ApiKey, api_key, author_of_key, create_key, list_keys, revoke_key
from printserver.office.people.passwords import check_strength
from printserver.office.people.persons import (
    Person,
    author_of_person,
    change_name,
    change_password,
    change_role,
    check_password,
    create_person,
    deactivate,
    exists,
    find_person,
    list_people,
    names,
    on_behalf_of,
    reactivate,
)
from printserver.office.people.pins import PIN_DIGITS, check_pin, has_pin, is_pin, set_pin
from printserver.office.people.rights import (
    CONSULTAR,
    HEADS,
    RIGHTS,
    ROLES,
    SEM_CONSULTA,
    SUBSCRITORES,
    Author,
    require_head,
    require_paper,
    require_right,
    require_role,
    require_subscritor,
)

__all__ = [
    "CONSULTAR",
    "HEADS",
    "PIN_DIGITS",
    "RIGHTS",
    "ROLES",
    "SEM_CONSULTA",
    "SUBSCRITORES",
    "ApiKey",
    "Author",
    "Person",
    "api_key",
    "author_of_key",
    "author_of_person",
    "change_name",
    "change_password",
    "change_role",
    "check_password",
    "check_pin",
    "check_strength",
    "create_key",
    "create_person",
    "deactivate",
    "exists",
    "find_person",
    "has_pin",
    "is_pin",
    "list_keys",
    "list_people",
    "names",
    "on_behalf_of",
    "reactivate",
    "require_head",
    "require_paper",
    "require_right",
    "require_role",
    "require_subscritor",
    "revoke_key",
    "set_pin",
]
