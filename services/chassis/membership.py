"""Takes a dead worker out of its group, so that its partitions are worked again at once.

Without it a killed member keeps its partitions until its session times out.
"""

from __future__ import annotations

import asyncio
from typing import Any

from aiokafka.client import AIOKafkaClient, ConnectionGroup, CoordinationType
from aiokafka.protocol.group import LeaveGroupRequest

LEAVE_TIMEOUT_SECONDS = 3.0


async def leave_for(kafka: str, group: str, member_id: str) -> None:
    """Leave a group in the name of a member that is known to be dead. Raises ``KafkaError``."""
    client: Any = AIOKafkaClient(bootstrap_servers=kafka)
    async with asyncio.timeout(LEAVE_TIMEOUT_SECONDS):
        await client.bootstrap()
        try:
            node = await client.coordinator_lookup(CoordinationType.GROUP, group)
            await client.ready(node, group=ConnectionGroup.COORDINATION)
            await client.send(
                node, LeaveGroupRequest(group, member_id), group=ConnectionGroup.COORDINATION
            )
        finally:
            await client.close()
