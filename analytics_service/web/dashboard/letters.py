"""Letters that the dashboard has sent: in the reader's language, with links built from the settings."""

from urllib.parse import urlsplit

from analytics_service.administering.letters import Letter, post_letter
from analytics_service.domain.accounts import Account
from analytics_service.ports.storage import ConfigStores
from analytics_service.web.dashboard.call import PageCall, page_words


def send_reset(stores: ConfigStores, call: PageCall, account: Account, link: str) -> None:
    """Has a link for a new password sent to an account. Raises BadParameter, Unavailable."""
    values = {"name": account.name, "link": link}
    _post(stores, call, "reset", account.email, values=values, language=account.language)


def send_invitation(stores: ConfigStores, call: PageCall, email: str, link: str) -> None:
    """Has an invitation sent to an address. Raises BadParameter, Unavailable."""
    _post(stores, call, "invitation", email, values={"name": call.user.name, "link": link})


def _post(
    stores: ConfigStores,
    call: PageCall,
    kind: str,
    recipient: str,
    *,
    values: dict[str, str],
    language: str = "",
) -> None:
    desk = call.services.dashboard
    words = page_words(language or call.language)
    values["service"] = urlsplit(desk.address.link_base).netloc
    texts = []
    for part in ("subject", "text"):
        text = words[f"letter_{kind}_{part}"]
        for name, value in values.items():
            text = text.replace(f"{{{name}}}", value)
        texts.append(text)
    # Each link is a letter of its own.
    letter = Letter(
        kind=kind, recipient=recipient, subject=texts[0], text=texts[1], period=call.at.isoformat()
    )
    post_letter(stores.deliveries, letter, sender=desk.mail_from, at=call.at, random=call.services.api.random)
