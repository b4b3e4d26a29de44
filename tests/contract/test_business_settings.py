"""What every store of the business's settings keeps to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientupdater.domain.settings_values import GUARD_FLOOR, WORKLIST_ORDER
from clientupdater.ports.unit_of_work import SYSTEM

if TYPE_CHECKING:
    from tests.support.stores import Store


def test_a_companys_own_setting_wins_over_the_general_one_and_that_over_ours(store: Store) -> None:
    with store.work.begin(SYSTEM) as tx:
        assert tx.settings.text(WORKLIST_ORDER, store.fcash) == "urgency"
        assert tx.settings.number(GUARD_FLOOR, store.fcash) == 50
    store.set(WORKLIST_ORDER, None, "name")
    store.set(WORKLIST_ORDER, store.pcni, "urgency")
    store.set(GUARD_FLOOR, store.pcni, "7")
    with store.work.begin(SYSTEM) as tx:
        orders = [tx.settings.text(WORKLIST_ORDER, of) for of in (store.fcash, store.pcni, None)]
        assert orders == ["name", "urgency", "name"]
        assert tx.settings.number(GUARD_FLOOR, store.pcni) == 7
