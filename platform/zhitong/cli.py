"""The command `zhitong`: the demo, and every management command as `zhitong NOUN VERB`.

Without `DATABASE_URL` the commands run on the embedded parts, which are started for their time or joined; in
production (`ZHITONG_ENV`) they never are.
"""

import argparse
import contextlib
import difflib
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from zhitong import parts
from zhitong.core.text import whole_number
from zhitong.parts.demo import DEFAULT_PORT, run_demo, serve, start_fresh, walk

if TYPE_CHECKING:
    from django.core.management import BaseCommand

USAGE_ERROR = 2
INTERRUPTED = 130
OWN_PACKAGES = frozenset({"zhitong", "tenants", "search", "api"})
# Plain Django commands that read no data: they must work with no server in reach.
OFFLINE = frozenset(
    {
        "check",
        "collectstatic",
        "compilemessages",
        "diffsettings",
        "findstatic",
        "help",
        "makemessages",
        "spectacular",
        "version",
    }
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0 done, 1 refused or failed, 2 wrong usage, 130 interrupted."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _dispatch(words)
    except parts.PartsError as error:
        return _complain(str(error))
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has gone (`| head`): nothing more to say, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _dispatch(words: list[str]) -> int:
    if not words or words[0] in {"-h", "--help", "help"}:
        print(_overview())
        return 0
    if words[0] == "demo" and (len(words) == 1 or words[1].startswith("-")):
        return _demo(words[1:])
    if words[0] == "manage":
        return _manage(words[1:])
    return _noun_verb(words)


def _demo(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="zhitong demo",
        description="Start database, broker, web server and worker, seed a demo province, and serve.",
        epilog="Everything is kept in .zhitong/ under the project, or in the folder that ZHITONG_HOME names.",
    )
    parser.add_argument("--fresh", action="store_true", help="delete what an earlier demo kept, and start anew")
    parser.add_argument("--once", action="store_true", help="walk the main job over HTTP, stop all, exit 0 or 1")
    parser.add_argument("--port", type=_port, default=DEFAULT_PORT, help="first port to try (default: %(default)s)")
    options = parser.parse_args(words)
    if options.fresh:
        start_fresh()
    if options.once:
        return run_demo(walk, port=options.port, when_ended=INTERRUPTED)
    return run_demo(serve, port=options.port)


def _port(text: str) -> int:
    port = whole_number(text, 5)
    if port is None or not 1 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port between 1 and 65535")
    return port


def _manage(words: Sequence[str]) -> int:
    embedded = _point_at_parts()
    offline = not words or words[0] in OFFLINE or words[0].startswith("-") or _asks_for_help(words)
    with _servers(wanted=embedded and not offline):
        from django.core.management import execute_from_command_line

        return _guarded(lambda: execute_from_command_line(["zhitong manage", *words]))


def _noun_verb(words: Sequence[str]) -> int:
    embedded = _point_at_parts()
    commands = _commands()
    name, rest = _split(words, commands)
    if name is None:
        return _unknown(words, commands)
    command = _load(name, commands)
    # A command that touches no data says `needs_servers = False`.
    offline = _asks_for_help(rest) or not getattr(command, "needs_servers", True)
    with _servers(wanted=embedded and not offline):
        return _guarded(lambda: command.run_from_argv(["zhitong", _spoken(name), *rest]))


def _point_at_parts() -> bool:
    """Point the settings at the embedded parts unless servers are named; True when that was needed."""
    if "DATABASE_URL" in os.environ or os.environ.get("ZHITONG_ENV") == "production":
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhitong.config.settings")
        return False
    for name, value in parts.environment().items():
        os.environ.setdefault(name, value)
    return True


def _servers(*, wanted: bool) -> contextlib.AbstractContextManager[object]:
    return parts.running() if wanted else contextlib.nullcontext()


def _asks_for_help(words: Sequence[str]) -> bool:
    return bool({"-h", "--help"} & set(words))


def _commands() -> dict[str, str]:
    """Our own management commands and the app each lies in."""
    import django
    from django.core.management import get_commands

    django.setup()
    # Django hands its own commands out by app name alone too, and its types do not say so.
    found = {name: str(app) for name, app in get_commands().items()}
    return {name: app for name, app in found.items() if app.split(".")[0] in OWN_PACKAGES}


def _load(name: str, commands: Mapping[str, str]) -> "BaseCommand":
    from django.core.management import load_command_class

    return load_command_class(commands[name], name)


def _split(words: Sequence[str], commands: Mapping[str, str]) -> tuple[str | None, Sequence[str]]:
    """The command that the first one or two words name, and the words that are left for it."""
    for length in (2, 1):
        name = "_".join(words[:length]).replace("-", "_")
        if len(words) >= length and name in commands:
            return name, words[length:]
    return None, words


def _spoken(name: str) -> str:
    """How people call a command: `unit_create` is `unit create`, `unit_create_all` is `unit create-all`."""
    noun, _, verb = name.partition("_")
    return f"{noun} {verb.replace('_', '-')}".strip()


def _unknown(words: Sequence[str], commands: Mapping[str, str]) -> int:
    asked = " ".join(word for word in words[:2] if not word.startswith("-"))
    known = ["demo", *map(_spoken, commands)]
    near = difflib.get_close_matches(asked, known, n=3, cutoff=0.7) or [
        one for one in known if one.split()[0] == words[0]
    ]
    hint = f"did you mean: {', '.join(near)}?" if near else "`zhitong --help` lists all commands"
    _complain(f"there is no command `{asked or words[0]}`; {hint}")
    return USAGE_ERROR


def _overview() -> str:
    _point_at_parts()
    commands = _commands()
    lines = {"demo": "Start everything with a demo province and serve it; --once walks the main job and ends."}
    lines |= {_spoken(name): _load(name, commands).help for name in sorted(commands)}
    lines["manage …"] = "Any command of Django itself."
    width = max(map(len, lines))
    listed = "\n".join(f"  {name:{width}}  {' '.join(text.split())}" for name, text in lines.items())
    return f"usage: zhitong NOUN VERB [options]\n\n{listed}\n\n`zhitong NOUN VERB --help` explains one of them."


def _guarded(run: Callable[[], object]) -> int:
    """Run a command; what people may expect to go wrong becomes one line, all else keeps its traceback."""
    from django.db import OperationalError

    from zhitong.core.errors import Refusal

    try:
        run()
    except Refusal as refusal:
        return _complain("; ".join(filter(None, [refusal.message, refusal.rule, refusal.who])))
    except OperationalError as error:
        return _complain(f"the database says: {' '.join(str(error).split())}")
    return 0


def _complain(message: str) -> int:
    print(f"zhitong: {message}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
