"""Makes reward-derivations.json: token rewards derived from scores of prefixes, and ensembles, by NumPy.

    python test/golden/make_reward_derivations.py

Float64; inputs are float32 numbers. `red`: first differences of the prefix scores, with 0 before the first.
`confident`: differences after the first that are at least their root mean square; the rest of the score at the
end. `ensemble`: mean over members minus penalty times the population deviation.
"""

import numpy as np

from golden_io import made_by, write_golden

SEED = 7
LENGTHS = [9, 4, 2, 1]
PENALTY = 1.5


def confident(scores):
    moves = np.diff(scores)
    root = np.sqrt(np.mean(moves**2)) if len(moves) else 0.0
    rewards = np.concatenate([[0.0], np.where(np.abs(moves) >= root, moves, 0.0)])
    rewards[-1] += scores[-1] - rewards.sum()
    return rewards


def make():
    draw = np.random.default_rng(SEED)
    prefixes = [draw.normal(size=n).cumsum().astype(np.float32).astype(np.float64) for n in LENGTHS]
    members = draw.normal(size=(3, 6)).astype(np.float32).astype(np.float64)
    write_golden(
        "reward-derivations.json",
        {
            "made": made_by("make_reward_derivations.py", SEED),
            "prefixScores": prefixes,
            "red": [np.diff(scores, prepend=0.0) for scores in prefixes],
            "confident": [confident(scores) for scores in prefixes],
            "members": members,
            "penalty": PENALTY,
            "ensemble": members.mean(0) - PENALTY * members.std(0),
        },
    )


if __name__ == "__main__":
    make()
