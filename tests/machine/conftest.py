"""One world for all histories and races: five services on a database of their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deploy.local.home import Addresses
from tests import stack
from tests.machine.world import World


@pytest.fixture(scope="package")
def world(
    servers: Addresses, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """The services on a database of their own."""
    home = tmp_path_factory.mktemp("machine")
    one = World(home)
    address = one.run(stack.clone(servers, template))
    one.run(one.open(address, servers.passfile))
    yield one
    one.run(one.close())
    one.run(stack.drop(servers, address))
    one.provider.stop()
    one.loop.close()
