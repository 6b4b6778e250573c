"""Changes that an administrator makes: sites and their rules."""
