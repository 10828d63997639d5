"""Small counts are not told: below K nobody may be recognised, nor found by subtracting what is told from a total.

Pure. What is counted are passages at a counter, or booklets handed over: no person is known to be counted.
"""

from collections import defaultdict, deque
from collections.abc import Hashable, Sequence

K = 5


def hidden(counts: Sequence[int], groups: Sequence[Sequence[Hashable]] | None = None) -> set[int]:
    """Positions of the counts not to be told. A count of nothing is nobody, and may be.

    `groups[i]`: the totals, told elsewhere, that count i is part of; by default all of them have one. In each total,
    what is hidden is nothing, or two counts at least that make K together: otherwise the smallest one that is told
    is hidden as well. A count that is all of a total cannot hide another, and does not count as hidden there.
    """
    found = _Hiding(counts, groups if groups is not None else [("all",)] * len(counts))
    for position, count in enumerate(counts):
        if 0 < count < K:
            found.hide(position)
    found.settle()
    return found.hidden


class _Hiding:
    def __init__(self, counts: Sequence[int], groups: Sequence[Sequence[Hashable]]) -> None:
        self.counts, self.groups = counts, groups
        self.hidden: set[int] = set()
        self.known: set[int] = set()
        members = defaultdict(list)
        for position, count in enumerate(counts):
            for group in groups[position] if count else ():
                members[group].append(position)
        self.members = members
        # Those still told, the smallest last.
        self.told = {
            group: sorted(those, key=lambda position: -counts[position]) for group, those in members.items()
        }
        self.number: dict[Hashable, int] = defaultdict(int)
        self.sum: dict[Hashable, int] = defaultdict(int)
        self.unsettled: deque[Hashable] = deque()

    def hide(self, position: int) -> None:
        if position not in self.hidden:
            self.hidden.add(position)
            self._weigh(position, 1)

    def _weigh(self, position: int, sign: int) -> None:
        for group in self.groups[position]:
            self.number[group] += sign
            self.sum[group] += sign * self.counts[position]
            self.unsettled.append(group)

    def settle(self) -> None:
        while self.unsettled:
            group = self.unsettled.popleft()
            number = self.number[group]
            if number == 0 or (number >= 2 and self.sum[group] >= K):
                continue
            told = self.told[group]
            while told and told[-1] in self.hidden:
                told.pop()
            if told:
                self.hide(told[-1])
            elif number == 1:
                self._found_out(group)

    def _found_out(self, group: Hashable) -> None:
        """All the others of the total are told or found out: so is this one."""
        [position] = [one for one in self.members[group] if one not in self.known]
        self.known.add(position)
        self._weigh(position, -1)
