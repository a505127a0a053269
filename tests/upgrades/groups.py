"""Who works which partitions, as Kafka tells it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aiokafka.client import AIOKafkaClient, ConnectionGroup, CoordinationType
from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment
from aiokafka.protocol.admin import DescribeGroupsRequest_v2
from aiokafka.protocol.api import Request

STABLE = "Stable"
Members = Mapping[str, Mapping[str, frozenset[tuple[str, int]]]]
"""By group and member, the partitions that a member works."""


class DescribeGroups(Request[DescribeGroupsRequest_v2]):
    """The question in its second version: aiokafka reads the third one's answers as the second's."""

    API_KEY = DescribeGroupsRequest_v2.API_KEY

    def __init__(self, groups: list[str]) -> None:
        self.groups = groups

    def build(
        self, request_struct_class: type[DescribeGroupsRequest_v2]
    ) -> DescribeGroupsRequest_v2:
        """The question as it is sent."""
        return request_struct_class(self.groups)


async def members(kafka: str, groups: Sequence[str]) -> Members:
    """The members of groups that have settled; a group that has not is missing."""
    client: Any = AIOKafkaClient(bootstrap_servers=kafka)
    await client.bootstrap()
    try:
        found: dict[str, dict[str, frozenset[tuple[str, int]]]] = {}
        for name in groups:
            node = await client.coordinator_lookup(CoordinationType.GROUP, name)
            await client.ready(node, group=ConnectionGroup.COORDINATION)
            answer = await client.send(
                node, DescribeGroups([name]), group=ConnectionGroup.COORDINATION
            )
            [group] = answer.to_object()["groups"]
            if group["state"] == STABLE:
                found[name] = dict(map(assigned, group["members"]))
        return found
    finally:
        await client.close()


def assigned(member: Mapping[str, Any]) -> tuple[str, frozenset[tuple[str, int]]]:
    """A member and its partitions."""
    told = ConsumerProtocolMemberAssignment.decode(member["member_assignment"])
    return member["member_id"], frozenset(
        (place.topic, place.partition) for place in told.partitions()
    )
