#!/usr/bin/env python
"""Django's command line. Commands that change or refill whole tables connect as the owner of the database."""

import os
import sys

# The site and all other commands are a role that owns nothing (see DATABASE_OWNER_URL in config/settings.py).
# The two loaders are here because only an owner can ANALYZE what was just loaded.
OWNER_COMMANDS = {"migrate", "makemigrations", "showmigrations", "flush", "import_areas", "demo_data"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if len(sys.argv) > 1 and sys.argv[1] in OWNER_COMMANDS:
        os.environ.setdefault("DATABASE_ROLE", "owner")
    if len(sys.argv) > 1 and sys.argv[1] == "runserver":
        os.environ.setdefault("PROCESS", "web")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
