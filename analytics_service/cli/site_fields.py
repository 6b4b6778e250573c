"""A site's settings as commands print them: JSON values, or lines of text."""

from datetime import datetime

import msgspec

from analytics_service.domain.periods import local_day, zone_at
from analytics_service.domain.site import Deletion, OpeningBalance, Site


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
        "former_ids": [
            {"public_id": former.public_id, "until": former.until.isoformat()} for former in site.former_ids
        ],
        "deleted": _list_deletion_fields(site.deletion),
        "opening_balances": [_list_balance_fields(balance) for balance in site.opening_balances],
    }


def _next_zone(site: Site, at: datetime) -> dict[str, str] | None:
    last = site.zones[-1]
    if last.day <= local_day(at, site.zones):
        return None
    return {"zone": last.zone, "from": last.day.isoformat()}


def _list_deletion_fields(deletion: Deletion | None) -> dict[str, str] | None:
    if deletion is None:
        return None
    return {"at": deletion.at.isoformat(), "by": deletion.by, "until": deletion.ends_at.isoformat()}


def _list_balance_fields(balance: OpeningBalance) -> dict[str, object]:
    return {
        "metric": balance.metric.value,
        "value": balance.value,
        "replaces": balance.replaces,
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
    for name in ("rules", "counter", "next_timezone", "opening_balances", "former_ids", "deleted"):
        del fields[name]
    if (following := _next_zone(site, at)) is not None:
        fields["timezone"] = f"{fields['timezone']}, from {following['from']} {following['zone']}"
    lines = format_fields(fields)
    lines += [
        f"{'former id:':20}{former.public_id} (until {former.until:%Y-%m-%d})" for former in site.former_ids
    ]
    lines += [
        f"{'opening balance:':20}{site.opening(metric)} {metric.value}"
        for metric in dict.fromkeys(balance.metric for balance in site.opening_balances)
    ]
    lines += [f"{'  history:':20}{_format_balance(balance)}" for balance in site.opening_balances]
    return lines + format_fields(list_rule_fields(site.rules)) + format_fields(list_rule_fields(site.counter))


def _format_balance(balance: OpeningBalance) -> str:
    entered = f"entered {balance.entered_at:%Y-%m-%d} by {balance.entered_by}"
    verb = "set to" if balance.replaces else "added"
    return f"{balance.metric.value} {verb} {balance.value} ({balance.reason}; {entered})"


def format_fields(fields: dict[str, object]) -> list[str]:
    """Returns a line of text for each field; an empty list is a dash, a truth is yes or no."""
    return [f"{name.replace('_', ' ') + ':':20}{_format_value(value)}" for name, value in fields.items()]


def _format_value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "-"
    return str(value)
