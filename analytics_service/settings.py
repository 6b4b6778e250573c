"""The settings: one frozen structure, read once from a TOML file and ANALYTICS_* variables."""

import os
import re
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Literal, get_args, get_type_hints

import msgspec

from analytics_service.domain.accounts import FactorPolicy, is_sender
from analytics_service.domain.choices import suggest
from analytics_service.domain.hosts import origin_of
from analytics_service.errors import BadParameter
from analytics_service.ports.mail import MailSecurity

PREFIX = "ANALYTICS_"
FILE_VARIABLE = "ANALYTICS_CONFIG"
DEFAULT_PORT = 8787
LOOPBACK = ("127.0.0.1", "::1", "localhost")
REDIS_SCHEMES = ("redis://", "rediss://", "unix://", "redis+cluster://", "rediss+cluster://")
_KINDS = {"int": "a whole number", "bool": "true or false", "str": "a text", "array": "a list"}
MIN_RETENTION = timedelta(days=7)
"""Facts that come late need the visits of the days before."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the operator configured; `data` is the folder that holds everything the service stores.

    `retention_days` is how long visits and page views are kept (0: for ever); totals are never deleted.
    `dashboard_url` is the address of the dashboard, an origin for itself; `second_factor` says who must have
    one. `geo_file` is a database of locations (mmdb), `spam_file` lists hosts of forged referrers, one on
    each line, and `font_file` is the font of the widget's PNG. One address may send `rate_per_minute` beacons
    (0: any number), and `rate_burst` at once; and it may bring `visitors_per_minute` new visitors to a site
    (0: any number), and `visitors_burst` at once. Without `fast_lane` beacons are handled like other
    requests. `demo` says whether a first start adds a demo site: "auto" where only this machine is served.
    """

    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    data: str = ""
    public_url: str = ""
    dashboard_url: str = ""
    second_factor: FactorPolicy = FactorPolicy.OPTIONAL
    trusted_proxies: tuple[str, ...] = ("127.0.0.0/8", "::1/128")
    redis: str = ""
    workers: int = 1
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_security: MailSecurity = MailSecurity.STARTTLS
    smtp_user: str = ""
    smtp_password: str = ""
    mail_from: str = ""
    online_limit: int = 1_000_000
    dimension_cap: int = 10_000
    retention_days: int = 0
    geo_file: str = ""
    font_file: str = ""
    spam_file: str = ""
    rate_per_minute: int = 600
    rate_burst: int = 600
    visitors_per_minute: int = 12
    visitors_burst: int = 120
    fast_lane: bool = True
    demo: Literal["auto", "yes", "no"] = "auto"
    log: Literal["text", "json"] = "text"

    @property
    def has_mail(self) -> bool:
        """Whether mails can be sent."""
        return bool(self.smtp_host)

    @property
    def folder(self) -> Path:
        """The data folder, as a path."""
        return Path(self.data)

    @property
    def database(self) -> str:
        """The URL of everything that is stored: the SQLite files of the data folder."""
        return f"sqlite:{self.data}"

    @property
    def places_file(self) -> Path:
        """The database of places: the operator's own, else what `places update` puts into the data folder."""
        return Path(self.geo_file) if self.geo_file else self.folder / "places.mmdb"

    @property
    def has_places(self) -> bool:
        """Whether there is such a database, or one is named."""
        return bool(self.geo_file) or self.places_file.is_file()

    @property
    def url(self) -> str:
        """The URL at which visitors reach the service, without a slash at the end."""
        return (self.public_url or self.listens_on).rstrip("/")

    @property
    def has_demo(self) -> bool:
        """Whether a first start adds a demo site: where asked for, or where only this machine is served."""
        is_local = self.host in LOOPBACK and not self.public_url
        return is_local if self.demo == "auto" else self.demo == "yes"

    @property
    def listens_on(self) -> str:
        """The URL at which a proxy in front reaches the service."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


def default_data(environment: Mapping[str, str]) -> str:
    """Returns the data folder that is used where none is named: below XDG_DATA_HOME."""
    base = environment.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")
    return str(Path(base) / "analytics-service")


def read_settings(
    given: Mapping[str, object], *, file: Path | None = None, environment: Mapping[str, str] | None = None
) -> Settings:
    """Returns the settings: of defaults, file, environment and `given`, the later wins. Raises BadParameter.

    Where no file is given, ANALYTICS_CONFIG names it.
    """
    env = os.environ if environment is None else environment
    merged: dict[str, object] = {"data": default_data(env)}
    sources: dict[str, str] = {}
    if file is None and env.get(FILE_VARIABLE):
        file = Path(env[FILE_VARIABLE])
    if file is not None:
        merged |= (in_file := _file(file))
        sources |= dict.fromkeys(in_file, f" in {file}")
    for key, value in env.items():
        if key.startswith(PREFIX) and key != FILE_VARIABLE:
            name = key.removeprefix(PREFIX).lower()
            merged[name] = _list(value) if name == "trusted_proxies" else value
            sources[name] = f" in {key}"
    for name, chosen in given.items():
        if chosen is not None:
            merged[name] = chosen
            sources[name] = ""
    return _check(_convert(merged, sources))


def _convert(merged: dict[str, object], sources: Mapping[str, str]) -> Settings:
    """Returns the settings of these values. Raises BadParameter with the value and where it was set."""
    names = [field.name for field in msgspec.structs.fields(Settings)]
    for name in merged:
        if name not in names:
            problem = f"unknown setting{sources.get(name, '')}{suggest(name, names)}"
            raise BadParameter(name, "unknown", problem, names)
    try:
        return msgspec.convert(merged, Settings, strict=False)
    except msgspec.ValidationError as error:
        problem, _, path = str(error).partition(" - at `$.")
        name = path.removesuffix("`").partition("[")[0]
        expected = next((text for kind, text in _KINDS.items() if f"`{kind}`, got" in problem), problem)
        nearest = ""
        if choices := _choices(name):
            expected, nearest = f"one of {', '.join(choices)}", suggest(str(merged.get(name)), choices)
        text = f"invalid value {merged.get(name)!r}{sources.get(name, '')}; expected {expected}{nearest}"
        raise BadParameter(name, "value", text) from None


def _choices(name: str) -> list[str]:
    """Returns the words that a setting may be; none where it is no choice between words."""
    kind = get_type_hints(Settings).get(name)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return list(kind)
    return [word for word in get_args(kind) if isinstance(word, str)]


def _file(file: Path) -> dict[str, object]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadParameter("config", "value", f"{file} cannot be read: {error}") from None


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _is_web_address(url: str) -> bool:
    return re.fullmatch(r"https?://[^\s/?#@]+(?:/[^\s?#]*)?", url, re.IGNORECASE) is not None


def _check(settings: Settings) -> Settings:
    if not 1 <= settings.workers <= 64:
        raise BadParameter("workers", "value", f"{settings.workers} is not between 1 and 64")
    if settings.workers > 1 and not settings.redis:
        problem = (
            "several workers share who is online through Redis: "
            "set --redis redis://127.0.0.1:6379/0 (or ANALYTICS_REDIS), or run one worker"
        )
        raise BadParameter("workers", "value", problem)
    if settings.retention_days < 0 or 0 < settings.retention_days < MIN_RETENTION.days:
        problem = f"{settings.retention_days} is neither 0 (for ever) nor at least {MIN_RETENTION.days} days"
        raise BadParameter("retention_days", "value", problem)
    if settings.redis and not settings.redis.startswith(REDIS_SCHEMES):
        known = ", ".join(REDIS_SCHEMES)
        raise BadParameter("redis", "value", f"invalid URL; it must begin with one of {known}")
    for rate, burst in (("rate_per_minute", "rate_burst"), ("visitors_per_minute", "visitors_burst")):
        if getattr(settings, rate) < 0 or getattr(settings, burst) < 1:
            raise BadParameter(rate, "value", f"{rate} is at least 0, and {burst} at least 1")
    for name in ("online_limit", "dimension_cap"):
        if getattr(settings, name) < 1:
            raise BadParameter(name, "value", f"{getattr(settings, name)} is not at least 1")
    if settings.public_url and not _is_web_address(settings.public_url):
        problem = f"{settings.public_url!r} is not a URL of a service; expected e.g. https://tk.example.vn"
        raise BadParameter("public_url", "value", problem)
    if settings.dashboard_url and origin_of(settings.dashboard_url) is None:
        problem = f"{settings.dashboard_url!r} is no address without a path, such as https://admin.example.vn"
        raise BadParameter("dashboard_url", "value", problem)
    if settings.smtp_host and not is_sender(settings.mail_from):
        problem = "set it to the address that mails come from, as in stats@example.vn"
        raise BadParameter("mail_from", "value", problem)
    if not 0 <= settings.port <= 65535:
        raise BadParameter("port", "value", f"{settings.port} is not between 0 and 65535")
    return settings
