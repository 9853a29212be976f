"""Krippendorff's alpha by the package krippendorff (PyPI), for test/pipeline/annotate/agreement.test.ts.

    pip install krippendorff numpy && python test/golden/make_agreement.py
"""
import json
import os
import random

import krippendorff

random.seed(7)
cases = []
for units, share, noise in [(8, 0.25, 0.25), (50, 0.1, 0.05), (50, 0.5, 0.5), (400, 0.2, 0.0), (400, 0.03, 0.02), (3, 0.5, 1.0)]:
    first = [-1 if random.random() < share else 0 for _ in range(units)]
    second = [(-1 - a) if random.random() < noise else a for a in first]
    if len(set(first + second)) < 2:
        second[0] = -1 - first[0]
    alpha = krippendorff.alpha(reliability_data=[first, second], level_of_measurement="nominal")
    cases.append({"first": first, "second": second, "alpha": alpha})
with open(os.path.join(os.path.dirname(__file__), "agreement.json"), "w") as file:
    json.dump(cases, file)
    file.write("\n")
