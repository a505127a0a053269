"""Facts that race end as the table says, whichever is heard first, and at any cut between."""

from __future__ import annotations

import pytest

from tests.machine.races import PAGE, RACES, End, Race, page
from tests.machine.scene import Scene
from tests.machine.world import World

each_race = pytest.mark.parametrize("race", RACES, ids=lambda race: race.name)
CUTS = 1


@each_race
def test_the_one_first(world: World, race: Race) -> None:
    assert world.run(one_after_the_other(world, race, swapped=False)) == race.one_first


@each_race
def test_the_other_first(world: World, race: Race) -> None:
    assert world.run(one_after_the_other(world, race, swapped=True)) == race.other_first


@each_race
@pytest.mark.parametrize("seed", range(CUTS))
def test_both_on_their_way_at_once(world: World, race: Race, seed: int) -> None:
    assert world.run(side_by_side(world, race, seed)) in (race.one_first, race.other_first)


async def one_after_the_other(world: World, race: Race, *, swapped: bool) -> End:
    """The second happens when the first has come to rest."""
    scene = Scene(world, seed=0)
    await scene.reach(race.stage)
    first, second = (race.other, race.one) if swapped else (race.one, race.other)
    await scene.tell(first)
    await world.pipeline.come_to_rest()
    world.look()
    await scene.tell(second)
    return await scene.end()


async def side_by_side(world: World, race: Race, seed: int) -> End:
    """Both have happened before anybody but the entrances has heard of either."""
    scene = Scene(world, seed)
    await scene.reach(race.stage)
    for fact in sorted((race.one, race.other), key=lambda _: world.pipeline.draw.random()):
        await scene.tell(fact)
    return await scene.end()


def test_the_page_shows_this_table() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tests.machine.races"
