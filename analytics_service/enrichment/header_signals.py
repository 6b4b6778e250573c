"""What a request's headers tell of the browser behind it."""


class HeaderSignals:
    """Headers of a request that tell of a browser; HTTPS is what the client spoke, as far as is known."""

    ACCEPT_LANGUAGE = 1
    FETCH_METADATA = 2
    HTTPS = 4
