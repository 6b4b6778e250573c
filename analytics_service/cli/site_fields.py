"""A site's settings as commands print them: JSON values, or lines of text."""

from datetime import datetime

import msgspec

from analytics_service.domain.periods import local_day, zone_at
from analytics_service.domain.site import OpeningBalance, Site


def list_site_fields(site: Site, at: datetime) -> dict[str, object]:
    """Returns all settings by name as JSON values; `timezone` is the one in force at that instant."""
    return {
        "public_id": site.public_id,
        "uuid": site.uuid,
        "number": site.number,
        "domain": site.domain,
        "name": site.name,
        "timezone": zone_at(at, site.zones),
        "next_timezone": _next_zone(site, at),
        "week_start": site.week_start.value,
        "locale": site.locale,
        "host_names": sorted(site.host_names),
        "public": site.public,
        "paused": site.paused,
        "rules": list_rule_fields(site.rules),
        "counter": list_rule_fields(site.counter),
        "opening_balances": [_list_balance_fields(balance) for balance in site.opening_balances],
    }


def _next_zone(site: Site, at: datetime) -> dict[str, str] | None:
    last = site.zones[-1]
    if last.day <= local_day(at, site.zones):
        return None
    return {"zone": last.zone, "from": last.day.isoformat()}


def _list_balance_fields(balance: OpeningBalance) -> dict[str, object]:
    return {
        "metric": balance.metric.value,
        "value": balance.value,
        "reason": balance.reason,
        "entered_at": balance.entered_at.isoformat(),
        "entered_by": balance.entered_by,
    }


def list_rule_fields(rules: msgspec.Struct) -> dict[str, object]:
    """Returns all rules by name as JSON values, those with their default value included."""
    fields: dict[str, object] = msgspec.to_builtins(msgspec.structs.asdict(rules), order="sorted")
    return fields


def format_site(site: Site, at: datetime) -> list[str]:
    """Returns a line of text for each setting of a site."""
    fields = list_site_fields(site, at)
    for name in ("rules", "counter", "next_timezone", "opening_balances"):
        del fields[name]
    if (following := _next_zone(site, at)) is not None:
        fields["timezone"] = f"{fields['timezone']}, from {following['from']} {following['zone']}"
    lines = format_fields(fields)
    lines += [f"{'opening balance:':20}{_format_balance(balance)}" for balance in site.opening_balances]
    return lines + format_fields(list_rule_fields(site.rules)) + format_fields(list_rule_fields(site.counter))


def _format_balance(balance: OpeningBalance) -> str:
    entered = f"entered {balance.entered_at:%Y-%m-%d} by {balance.entered_by}"
    return f"{balance.value} {balance.metric.value} ({balance.reason}; {entered})"


def format_fields(fields: dict[str, object]) -> list[str]:
    """Returns a line of text for each field; an empty list is a dash, a truth is yes or no."""
    return [f"{name.replace('_', ' ') + ':':20}{_format_value(value)}" for name, value in fields.items()]


def _format_value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "-"
    return str(value)
