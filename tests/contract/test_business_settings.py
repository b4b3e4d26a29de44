"""What every store of the business's settings keeps to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientupdater.domain.settings_values import GUARD_FLOOR, WORKLIST_ORDER
from clientupdater.ports.unit_of_work import SYSTEM

if TYPE_CHECKING:
    from tests.support.stores import World


def test_a_companys_own_setting_wins_over_the_general_one_and_that_over_ours(world: World) -> None:
    with world.work.begin(SYSTEM) as tx:
        assert tx.settings.text(WORKLIST_ORDER, world.fcash) == "urgency"
        assert tx.settings.number(GUARD_FLOOR, world.fcash) == 50
    world.set(WORKLIST_ORDER, None, "name")
    world.set(WORKLIST_ORDER, world.pcni, "urgency")
    world.set(GUARD_FLOOR, world.pcni, "7")
    with world.work.begin(SYSTEM) as tx:
        orders = [tx.settings.text(WORKLIST_ORDER, of) for of in (world.fcash, world.pcni, None)]
        assert orders == ["name", "urgency", "name"]
        assert tx.settings.number(GUARD_FLOOR, world.pcni) == 7
