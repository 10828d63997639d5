"""How a line of the table is written.

`LINES = {"room:page": line(get="L 404 200 …", post="L 404 405 …")}`: one answer for each of ROLES, in order; the
directory's lines, which say eight answers, are asked by the first eight.
An answer is a status, `L` (sent to sign in), `S` (sent to the admin's own sign-in), or `ok` (any below 400).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

OF_DIRECTORY = ("anonymous", "member", "agent", "manager", "foreign", "viewer", "reviewer", "administrator")
ROLES = (*OF_DIRECTORY, "sponsor", "distributor", "operator", "accountant")
# member: an account without any role; agent, manager and viewer: provider-agent, provider-manager and
# sponsor-viewer of the organisation; foreign: provider-manager of another; reviewer, administrator: platform.
# sponsor, distributor: sponsor-manager, sponsor-distributor of the organisation; operator, accountant: platform.


@dataclass(frozen=True)
class Line:
    get: tuple[str, ...]
    post: tuple[str, ...]
    arguments: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    address: str | Callable[..., str] = ""

    def of(self, method: str) -> dict[str, str]:
        answers = self.get if method == "GET" else self.post
        assert len(answers) in (len(OF_DIRECTORY), len(ROLES))
        return dict(zip(ROLES, answers, strict=False))


def line(get: str, post: str, **more: Any) -> Line:
    """`arguments`: of the address, beside those of ARGUMENTS; `body`: what is posted."""
    return Line(tuple(get.split()), tuple(post.split()), **more)


def everybody(get: str, post: str, **more: Any) -> Line:
    """The same answer whoever asks."""
    return Line((get,) * len(ROLES), (post,) * len(ROLES), **more)
