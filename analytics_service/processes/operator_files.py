"""The operator's own files for recognition: looked at before anything is started."""

from pathlib import Path

from analytics_service.errors import BadParameter
from analytics_service.settings import Settings


def check_lists(settings: Settings) -> None:
    """Raises BadParameter for a file that is named and cannot be used."""
    listed_spam(settings)
    if settings.geo_file:
        from analytics_service.enrichment.places import Places

        Places(Path(settings.geo_file))


def listed_spam(settings: Settings) -> frozenset[str]:
    """The hosts of the operator's list of forged referrers. Raises BadParameter."""
    if not settings.spam_file:
        return frozenset()
    from analytics_service.enrichment.sources import spam_hosts

    try:
        return spam_hosts(Path(settings.spam_file).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise BadParameter("spam_file", "value", f"{settings.spam_file} cannot be read: {error}") from None
