"""Rights: who asks, what they want to do, and whether they may."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, IntEnum

from analytics_service.domain.keys import Key, Scope
from analytics_service.domain.site import Site
from analytics_service.errors import Forbidden, Unauthenticated, UnknownSite


class Role(IntEnum):
    """What a user is on one site; each role may do all that the ones before it may."""

    VIEWER = 1
    EDITOR = 2
    OWNER = 3


@dataclass(frozen=True, slots=True)
class Anonymous:
    """Somebody who shows nothing by which they could be known."""


@dataclass(frozen=True, slots=True)
class User:
    """A person with an account: their role on each site by its number."""

    name: str
    roles: Mapping[int, Role] = field(default_factory=dict)
    is_administrator: bool = False


@dataclass(frozen=True, slots=True)
class Share:
    """Somebody who holds a link to one site's figures, without an account."""

    site: int


Principal = Anonymous | Key | User | Share


class Action(Enum):
    """Everything that can be asked for: what a route declares as its rule."""

    READ_PUBLIC = "read what everybody may see"
    SEND_BEACON = "send a beacon"
    SIGN_IN = "sign in"
    USE_ACCOUNT = "use one's own account"
    READ_COUNTER = "read a public counter"
    READ_FIGURES = "read figures"
    READ_DROPS = "read what was dropped, by reason"
    READ_SAMPLES = "read dropped beacons one by one"
    WRITE_ANNOTATIONS = "write annotations and saved views"
    WRITE_GOALS = "write goals"
    CHANGE_RULES = "change rules"
    REVIEW_VISITS = "accept and reject visits"
    READ_VIEWS = "export visits and page views"
    WRITE_VIEWS = "send page views from a server"
    IMPORT = "import figures"
    CHANGE_SITE = "change a site's settings and counter"
    MANAGE_ACCESS = "manage shares, keys and people"
    DELETE_SITE = "delete or hand over a site"
    CREATE_SITE = "create a site"
    ADMINISTER = "administer the installation"


FOR_EVERYBODY = frozenset({Action.READ_PUBLIC, Action.SEND_BEACON, Action.SIGN_IN})
SCOPES: Mapping[Action, Scope] = {
    Action.READ_FIGURES: Scope.STATS_READ,
    Action.READ_DROPS: Scope.STATS_READ,
    Action.WRITE_GOALS: Scope.GOALS_WRITE,
    Action.READ_VIEWS: Scope.VIEWS_READ,
    Action.WRITE_VIEWS: Scope.INGEST_WRITE,
    Action.IMPORT: Scope.IMPORTS_WRITE,
    Action.CHANGE_SITE: Scope.SITES_WRITE,
    Action.CREATE_SITE: Scope.SITES_WRITE,
}
"""What a key needs for an action; what is not here no key can do."""
ROLES: Mapping[Action, Role] = {
    Action.READ_FIGURES: Role.VIEWER,
    Action.READ_DROPS: Role.VIEWER,
    Action.READ_SAMPLES: Role.EDITOR,
    Action.WRITE_ANNOTATIONS: Role.EDITOR,
    Action.WRITE_GOALS: Role.EDITOR,
    Action.CHANGE_RULES: Role.EDITOR,
    Action.REVIEW_VISITS: Role.EDITOR,
    Action.READ_VIEWS: Role.OWNER,
    Action.IMPORT: Role.OWNER,
    Action.CHANGE_SITE: Role.OWNER,
    Action.MANAGE_ACCESS: Role.OWNER,
    Action.DELETE_SITE: Role.OWNER,
}
"""What a user must at least be on a site; what is not here only administrators can do."""


def authorise(principal: Principal, action: Action, site: Site | None) -> None:
    """Returns where the action is allowed on that site; None asks whether it is on any.

    Raises Unauthenticated for somebody unknown, Forbidden where a right is missing, and UnknownSite for a
    site that they cannot see: whether there is one cannot be told from the answer.
    """
    if action in FOR_EVERYBODY:
        return
    if action is Action.READ_COUNTER:
        if site is not None and site.public:
            return
        action = Action.READ_FIGURES
    match principal:
        case Anonymous():
            raise Unauthenticated("a key is needed, in a header: Authorization: Bearer KEY")
        case Key():
            _authorise_key(principal, action, site)
        case User():
            _authorise_user(principal, action, site)
        case Share():
            if site is not None and site.number != principal.site:
                raise UnknownSite(site.public_id)
            if action is not Action.READ_FIGURES:
                raise Forbidden(action.value)


def can_see(principal: Principal, action: Action, site: Site) -> bool:
    """Tells whether a list of sites for that action holds this one."""
    try:
        authorise(principal, action, site)
    except (Forbidden, Unauthenticated, UnknownSite):
        return False
    return True


def _authorise_key(key: Key, action: Action, site: Site | None) -> None:
    # The scope first: it holds for all sites, so its absence says nothing about one of them.
    scope = SCOPES.get(action)
    if scope is None or scope not in key.scopes:
        raise Forbidden(action.value, scope=scope.value if scope else None)
    if action is Action.CREATE_SITE and key.sites is not None:
        raise Forbidden(action.value)
    if site is not None and not key.may_see(site.number):
        raise UnknownSite(site.public_id)


def _authorise_user(user: User, action: Action, site: Site | None) -> None:
    if user.is_administrator or action is Action.USE_ACCOUNT:
        return
    needed = ROLES.get(action)
    if site is None:
        if needed is None or max(user.roles.values(), default=0) < needed:
            raise Forbidden(action.value)
        return
    role = user.roles.get(site.number)
    if role is None:
        raise UnknownSite(site.public_id)
    if needed is None or role < needed:
        raise Forbidden(action.value)
