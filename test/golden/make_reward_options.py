"""Makes reward-options.json: what the losses of make_reward.py do not have, with gradients by autograd.

    python test/golden/make_reward_options.py

Inputs as in make_reward.py, drawn with another seed.
"""

import torch
from torch.nn.functional import logsigmoid

from golden_io import made_by, write_golden
from make_reward import (
    EDITED_LABELS,
    KEPT_PENALTY,
    REJECTED_LABELS,
    SIDES,
    WIDTH,
    mask_of,
    masked_mean,
    padded,
    random_float32,
    with_gradients,
)

SEED = 1818


def side_weights(labels):
    """Pairs with insertions only and pairs with deletions only weigh the same in sum: the rarer kind 1 each."""
    inserts, deletes = ((labels[side] != 0).any(-1) for side in ("edited", "rejected"))
    only = {"insert": inserts & ~deletes, "delete": deletes & ~inserts}
    least = min(int(rows.sum()) for rows in only.values())
    weights = torch.ones(len(inserts), dtype=torch.float64)
    for rows in only.values():
        weights[rows] = least / max(1, int(rows.sum()))
    return weights


def bt_balanced(rewards, masks, labels, weights):
    """-log sigmoid of the difference of the sides' means over changed tokens, each pair with its weight."""
    means = {side: masked_mean(rewards[side] * labels[side].abs(), labels[side].abs()) for side in SIDES}
    preference = (-weights * logsigmoid(means["edited"] - means["rejected"])).mean()
    kept = {side: masks[side] * (1 - labels[side].abs()) for side in SIDES}
    squares = sum((rewards[side] ** 2 * kept[side]).sum() for side in SIDES)
    return preference + KEPT_PENALTY * squares / sum(kept[side].sum() for side in SIDES)


def make():
    torch.manual_seed(SEED)
    # Another pair that only inserts, so that the two kinds have to be balanced.
    labels = {
        "rejected": padded([*REJECTED_LABELS, [0, 0, 0]]),
        "edited": padded([*EDITED_LABELS, [0, 1, 1, 0, 0]]),
    }
    masks = {
        "rejected": mask_of([*REJECTED_LABELS, [0, 0, 0]]),
        "edited": mask_of([*EDITED_LABELS, [0, 1, 1, 0, 0]]),
    }
    rewards = {side: random_float32(len(labels[side]), WIDTH, scale=1.2) for side in SIDES}
    weights = side_weights(labels)
    write_golden(
        "reward-options.json",
        {
            "made": made_by("make_reward_options.py", SEED, torch=torch.__version__),
            "keptPenalty": KEPT_PENALTY,
            "mask": {side: masks[side].int() for side in SIDES},
            "labels": {side: labels[side].int() for side in SIDES},
            "tokenRewards": rewards,
            "sideWeights": weights,
            "bt-balanced": with_gradients(lambda r: bt_balanced(r, masks, labels, weights), rewards),
        },
    )


if __name__ == "__main__":
    make()
