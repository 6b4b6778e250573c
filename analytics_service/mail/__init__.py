"""Mails, handed over to a mail server."""
