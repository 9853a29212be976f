// The sum of squares of several tensors, which gradients are clipped by.
// Promise: it does not depend on the number of threads.
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include "helpers.h"
#include "lanes.h"

namespace stet {

struct Numbers {
  const float* values;
  int64_t count;
};

STET_DISPATCH(SquaresOf, (const float* x, int64_t count, double* sum), *sum = Dot(x, x, count))

static float SumOfSquares(const std::vector<Numbers>& tensors) {
  constexpr int64_t kNumbersPerPart = 1 << 15;
  std::vector<Numbers> parts;
  for (const auto& [values, count] : tensors)
    for (int64_t from = 0; from < count; from += kNumbersPerPart)
      parts.push_back({values + from, std::min(kNumbersPerPart, count - from)});
  std::vector<double> sums(parts.size());
  Helpers::Global().Run(parts.size(), [&](int64_t i) { SquaresOf(parts[i].values, parts[i].count, &sums[i]); });
  double sum = 0;
  for (double part : sums) sum += part;
  return static_cast<float>(sum);
}

}  // namespace stet
