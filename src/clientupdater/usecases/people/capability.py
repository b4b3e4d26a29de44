"""Users, their passwords and sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from clientupdater.usecases.people.authenticate import Authenticate
    from clientupdater.usecases.people.deactivation import Deactivation
    from clientupdater.usecases.people.operators import Operators
    from clientupdater.usecases.people.passwords import PasswordChanges
    from clientupdater.usecases.people.sessions import Sessions
    from clientupdater.usecases.people.sign_in import SignIn
    from clientupdater.usecases.people.staff_import import StaffImport
    from clientupdater.usecases.people.users import Users


@frozen(kw_only=True)
class People:
    """Users, their passwords and sessions."""

    users: Users
    staff_import: StaffImport
    deactivation: Deactivation
    operators: Operators
    passwords: PasswordChanges
    sign_in: SignIn
    authenticate: Authenticate
    sessions: Sessions
