"""Delete the home of the embedded parts, unless it is in use: `python -m zhitong.parts.clean`."""

import sys

from zhitong.parts.demo import start_fresh
from zhitong.parts.errors import PartsError


def main() -> int:
    """Delete; 1 with one line on stderr when that is refused."""
    try:
        start_fresh()
    except PartsError as error:
        print(f"zhitong: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
