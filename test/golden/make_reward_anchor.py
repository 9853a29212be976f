"""Makes reward-anchor.json: the mean squared token reward of sampled responses, with gradients by autograd.

    python test/golden/make_reward_anchor.py

Two responses; padded places hold junk on purpose. `identity` is for schemes whose scalar is the reward, `tanhHalf`
for `classify`, whose reward is 2 sigmoid(z) - 1.
"""

import torch

from golden_io import made_by, write_golden
from make_reward import WIDTH, mask_of, random_float32

SEED = 1827
REWARDS = {"identity": lambda z: z, "tanhHalf": lambda z: 2 * torch.sigmoid(z) - 1}


def mean_square(scalars, mask, reward):
    return (reward(scalars) ** 2 * mask).sum() / mask.sum()


def make():
    torch.manual_seed(SEED)
    mask = mask_of([[0] * 6, [0] * 3])
    values = random_float32(2, WIDTH, scale=1.5)
    results = {}
    for name, reward in REWARDS.items():
        scalars = values.clone().requires_grad_()
        loss = mean_square(scalars, mask, reward)
        loss.backward()
        results[name] = {"loss": loss, "gradient": scalars.grad}
    made = made_by("make_reward_anchor.py", SEED, torch=torch.__version__)
    write_golden("reward-anchor.json", {"made": made, "mask": mask.int(), "scalars": values, **results})


if __name__ == "__main__":
    make()
