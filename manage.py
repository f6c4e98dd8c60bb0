#!/usr/bin/env python
"""Entry point of every command: `python manage.py NAME`."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "advisor.settings")
    try:
        from advisor.management.entry import run
    except ImportError as missing:
        sys.stderr.write(
            f"{missing.name} is not installed for {sys.executable}.\n"
            "Run `make setup` once, then use .venv/bin/python manage.py NAME.\n"
        )
        raise SystemExit(3) from missing
    run(sys.argv)


if __name__ == "__main__":
    main()
