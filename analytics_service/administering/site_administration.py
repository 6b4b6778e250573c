"""What an administrator does to sites, written into the audit log: for command line, dashboard and API."""

from dataclasses import dataclass, fields
from datetime import datetime

import msgspec

from analytics_service.administering.audit import Actor, record
from analytics_service.administering.deletion import delete_site, restore_site
from analytics_service.administering.sites import (
    SiteChanges,
    add_site,
    find_site,
    renew_public_id,
    set_site,
)
from analytics_service.domain.audit import Event
from analytics_service.domain.site import Site
from analytics_service.ports.clock import Randomness
from analytics_service.ports.storage import ConfigStores

DETAIL_LIMIT = 300
_NOT_TOLD = ("opening_balances", "former_ids", "deletion", "created_at", "number", "uuid")


@dataclass(frozen=True, slots=True)
class SiteAdministration:
    """Changes of sites by one actor at one moment; each raises what the function that it calls raises."""

    stores: ConfigStores
    actor: Actor
    at: datetime

    def add(self, domain: str, changes: SiteChanges, random: Randomness) -> Site:
        """Adds a site and returns it."""
        by = self.actor.name
        site = add_site(self.stores.sites, domain, changes, at=self.at, random=random, by=by)
        self._record(Event.SITE_ADDED, site)
        return site

    def change(self, name: str, changes: SiteChanges) -> Site:
        """Changes a site and returns it as it is then."""
        before = find_site(self.stores.sites, name, self.at)
        site = set_site(self.stores.sites, name, changes, at=self.at, by=self.actor.name)
        if details := describe_changes(before, site):
            self._record(Event.SITE_CHANGED, site, details)
        return site

    def renew_id(self, name: str, random: Randomness) -> Site:
        """Gives a site another public id and returns it."""
        site = renew_public_id(self.stores.sites, name, at=self.at, random=random)
        self._record(Event.SITE_CHANGED, site, {"public_id": site.public_id})
        return site

    def delete(self, name: str) -> Site:
        """Deletes a site and returns it, with the end of the time in which it can be restored."""
        site = delete_site(self.stores.sites, name, at=self.at, by=self.actor.name)
        self._record(Event.SITE_DELETED, site)
        return site

    def restore(self, name: str) -> Site:
        """Brings a deleted site back and returns it."""
        site = restore_site(self.stores.sites, self.stores.removals, name, at=self.at)
        self._record(Event.SITE_RESTORED, site)
        return site

    def _record(self, event: Event, site: Site, details: dict[str, str] | None = None) -> None:
        record(
            self.stores.audit,
            event,
            actor=self.actor,
            at=self.at,
            subject=site.domain,
            site=site.number,
            details=details,
        )


def describe_changes(before: Site, after: Site) -> dict[str, str]:
    """Returns the new value of each setting that differs, by its name, as the audit log shows it."""
    changed: dict[str, str] = {}
    for setting in fields(Site):
        old, new = getattr(before, setting.name), getattr(after, setting.name)
        if old == new or setting.name in _NOT_TOLD:
            continue
        if isinstance(new, msgspec.Struct):
            for rule in new.__struct_fields__:
                if getattr(old, rule) != getattr(new, rule):
                    changed[rule] = _format_value(getattr(new, rule))
        else:
            changed[setting.name] = _format_value(new)
    for balance in after.opening_balances[len(before.opening_balances) :]:
        sign = "" if balance.replaces else "+"
        changed[f"opening {balance.metric.value}"] = f"{sign}{balance.value} ({balance.reason})"
    return changed


def _format_value(value: object) -> str:
    if isinstance(value, frozenset):
        text = ", ".join(sorted(map(str, value))) or "-"
    elif isinstance(value, tuple):
        text = ", ".join(f"{since.zone} from {since.day}" for since in value)
    else:
        text = str(value)
    return text if len(text) <= DETAIL_LIMIT else f"{text[: DETAIL_LIMIT - 1]}…"
