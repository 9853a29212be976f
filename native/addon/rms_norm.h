// RMSNorm of few rows (Zhang and Sennrich 2019): y = x / sqrt(mean(x²) + eps) · gain, in one pass over each row.
#pragma once
#include <cmath>
#include <cstdint>

#include "lanes.h"

namespace stet {

// x and y (rows, size), gain (size)
STET_INLINE void NormRows(const float* x, const float* gain, float eps, float* y, int64_t rows, int64_t size) {
  for (int64_t row = 0; row < rows; row++, x += size, y += size) {
    Lanes sum = {};
    int64_t i = 0;
    for (; i + kLanes <= size; i += kLanes) sum += Load(x + i) * Load(x + i);
    float total = SumOf(sum);
    for (; i < size; i++) total += x[i] * x[i];
    const float scale = 1 / std::sqrt(total / size + eps);
    for (i = 0; i + kLanes <= size; i += kLanes) Store(y + i, Load(x + i) * scale * Load(gain + i));
    for (; i < size; i++) y[i] = x[i] * scale * gain[i];
  }
}

STET_DISPATCH(RmsNorm, (const float* x, const float* gain, float eps, float* y, int64_t rows, int64_t size),
              NormRows(x, gain, eps, y, rows, size))

}  // namespace stet
