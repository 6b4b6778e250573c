"""`python -m analytics_service` is the command line."""

from analytics_service.cli.main import main

main()
