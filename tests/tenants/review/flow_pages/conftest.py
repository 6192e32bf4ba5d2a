"""Who administers the flows."""

import pytest
from django.test import Client

from tests.factories import client_for
from tests.tenants.review.conftest import House


@pytest.fixture
def admin(house: House) -> Client:
    return client_for(house.admin, house.unit)
