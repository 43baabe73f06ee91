"""Ratios against a bare baseline that is measured in the same run; never a test.

A module in `bench/rows` is a group of rows. It has one function:

    def rows(stack: ExitStack) -> Iterable[Row]

which sets up what its rows need, leaves to `stack` what has to be ended, and says for each row
what one round of ours is, what one round of the baseline is, and how many times of the baseline it
may be. Rounds take turns, so that a busy moment hits both. A row without a baseline tells a number
as it is, in its `unit`. Each group runs in a process of its own, so that none warms another up.

`python -m bench` prints the table, `python -m bench start paint` some groups of it, `--json` the
same for programs. Rows that say `is_kept` are cheap enough for CI: `--keep` writes their ratios to
`bench/kept.toml`, and `--check` fails when one is a fifth worse than it was kept, twice in a row.

Modules beside this one whose names do not begin with `_` are longer studies, for one question each:
`python -m bench.grading`, `python -m bench.mongo`.
"""
