// Products of few rows with large weight matrices, y = x Wᵀ, which make up most of a decode step. Their lower bound is
// the time to read W once; XLA's own kernels repack W at every call and take much longer.
// Promise: each output is summed in a fixed order, whatever the number of rows, threads or matrices.
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include "helpers.h"
#include "lanes.h"

namespace stet {

// W outputs of four rows. Prefetches the next W weight rows meanwhile: memory would otherwise be idle while the next
// four rows use the present ones from the cache.
template <int W>
STET_INLINE void DotTile(const float* const x[4], const float* w, float* const y[4], int64_t in) {
  Lanes sum[W][4] = {};
  int64_t k = 0;
  for (; k + kLanes <= in; k += kLanes) {
    Lanes xs[4];
#pragma GCC unroll 4
    for (int b = 0; b < 4; b++) xs[b] = Load(x[b] + k);
#pragma GCC unroll 4
    for (int o = 0; o < W; o++) {
      const Lanes ws = Load(w + o * in + k);
      __builtin_prefetch(w + (W + o) * in + k);
#pragma GCC unroll 4
      for (int b = 0; b < 4; b++) sum[o][b] += ws * xs[b];
    }
  }
#pragma GCC unroll 4
  for (int o = 0; o < W; o++) {
    Quad total = PairSums(PairSums(Halved(sum[o][0]), Halved(sum[o][1])),
                          PairSums(Halved(sum[o][2]), Halved(sum[o][3])));
    for (int64_t t = k; t < in; t++) total += w[o * in + t] * Quad{x[0][t], x[1][t], x[2][t], x[3][t]};
    for (int b = 0; b < 4; b++) y[b][o] = total[b];
  }
}

// Rows of x (·, in) times a transposed weight (out, in), written to columns of y (·, stride); all row-major.
struct FewRowsProduct {
  const float* x;
  const float* w;
  float* y;
  const std::vector<int64_t>& rows;
  int64_t in, out, stride;
};

// Rows are computed four at a time; missing ones are filled with the last row.
template <int W>
STET_INLINE void DotRows(const FewRowsProduct& p, int64_t o) {
  const int64_t count = p.rows.size();
  for (int64_t first = 0; first < count; first += 4) {
    const float* xs[4];
    float* ys[4];
    for (int64_t i = 0; i < 4; i++) {
      const int64_t row = p.rows[std::min(first + i, count - 1)];
      xs[i] = p.x + row * p.in;
      ys[i] = p.y + row * p.stride + o;
    }
    DotTile<W>(xs, p.w + o * p.in, ys, p.in);
  }
}

STET_INLINE void DotOutputs(const FewRowsProduct& p, int64_t first, int64_t last) {
  int64_t o = first;
  for (; o + 3 <= last; o += 3) DotRows<3>(p, o);
  for (; o < last; o++) DotRows<1>(p, o);
}

STET_DISPATCH(DotOutputsHere, (const FewRowsProduct& p, int64_t first, int64_t last), DotOutputs(p, first, last))

// Several weights times the same rows, as one job.
static void FewRowsMatmul(const std::vector<FewRowsProduct>& products) {
  constexpr int64_t kOutputs = 48;
  struct Part {
    const FewRowsProduct* product;
    int64_t first;
  };
  std::vector<Part> parts;
  for (const auto& product : products)
    for (int64_t first = 0; first < product.out; first += kOutputs) parts.push_back({&product, first});
  Helpers::Global().Run(parts.size(), [&](int64_t i) {
    const auto& [product, first] = parts[i];
    DotOutputsHere(*product, first, std::min(product->out, first + kOutputs));
  });
}

}  // namespace stet
