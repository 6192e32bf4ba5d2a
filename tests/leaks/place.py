"""What an address is that takes words, and the words that must come back from it."""

import json
from dataclasses import dataclass
from typing import Any

from django.test import Client

KEPT = "我写了很久的一句话"


@dataclass(frozen=True)
class Place:
    """One address that takes words: who posts, a form that is right, which field to spoil and its name on the page."""

    route: str
    client: Client
    path: str
    form: dict[str, Any]
    field: str
    label: str
    kept: str = ""  # a second field whose words must come back
    is_json: bool = False
    empty_is_fine: bool = False

    def post(self, **spoilt: Any) -> Any:
        form = {**self.form, **spoilt}
        if self.is_json:
            return self.client.post(self.path, json.dumps(form), content_type="application/json")
        return self.client.post(self.path, form)
