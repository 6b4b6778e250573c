"""Where figures and settings are kept."""
