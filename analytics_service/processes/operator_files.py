"""The operator's own files: the list of forged referrers and the database of places."""

from pathlib import Path

from analytics_service.errors import BadParameter
from analytics_service.settings import Settings


def check_operator_files(settings: Settings) -> None:
    """Reads the files that the settings name. Raises BadParameter for one that cannot be used."""
    read_spam_hosts(settings)
    if settings.font_file and not Path(settings.font_file).is_file():
        raise BadParameter(
            "font_file", "value", f"{settings.font_file} cannot be read: there is no such file"
        )
    if settings.has_places:
        from analytics_service.enrichment.places import Places

        Places(settings.places_file)


def _reason(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)


def read_spam_hosts(settings: Settings) -> frozenset[str]:
    """Returns the hosts of the operator's list of forged referrers. Raises BadParameter."""
    if not settings.spam_file:
        return frozenset()
    from analytics_service.enrichment.sources import spam_hosts

    try:
        return spam_hosts(Path(settings.spam_file).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise BadParameter(
            "spam_file", "value", f"{settings.spam_file} cannot be read: {_reason(error)}"
        ) from None
