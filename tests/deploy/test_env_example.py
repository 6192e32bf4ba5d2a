"""The list of settings is complete, explains each name, and holds no secret."""

import re

import pytest

from tests.deploy.files import compose_example, example_names, settings_example, settings_read_by_the_code

SECRETS = re.compile(r"SECRET|PASSWORD$|KEK|ACCESS_KEY|_URL$")


def test_lists_exactly_the_settings_that_the_code_reads() -> None:
    assert set(example_names(settings_example())) == settings_read_by_the_code()


def test_every_name_has_a_line_of_meaning_above_it() -> None:
    lines = (settings_example() + compose_example()).splitlines()
    bare = []
    explained = False
    for line in lines:
        if re.match(r"^#?[A-Z][A-Z0-9_]*=", line):
            if not explained:
                bare.append(line)
            continue
        explained = line.startswith("# ") and not line.startswith("# ---")
    # One line speaks for the pairs of keys and passwords that follow each other.
    assert bare == [], bare


@pytest.mark.parametrize("text", [settings_example(), compose_example()], ids=["settings", "compose"])
def test_no_secret_has_a_value(text: str) -> None:
    values = example_names(text)
    assert {name for name, value in values.items() if SECRETS.search(name) and value} == set()
