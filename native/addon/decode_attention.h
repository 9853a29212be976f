// Attention of one decode step: per row and head, one query over the slots of its KV cache that have a token.
// Promise: masked slots are never read, and the sums of each row have a fixed order.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "helpers.h"
#include "lanes.h"

namespace stet {

// Row-major: queries (rows, heads, size), keys and values (rows, kvHeads, slots, size), out as queries. A query of
// row b sees the slots firstReal[b] … position.
struct DecodeAttention {
  const float* queries;
  const float* keys;
  const float* values;
  const int32_t* firstReal;
  float* out;
  const std::vector<int64_t>& rows;  // those that are still generating
  int64_t heads, kvHeads, slots, size, position;
};

// scores[i] = query · keys[i] for four consecutive keys of `size` numbers.
STET_INLINE void FourScores(const float* query, const float* keys, int64_t size, float* scores) {
  Lanes sum[4] = {};
  int64_t i = 0;
  for (; i + kLanes <= size; i += kLanes) {
    const Lanes q = Load(query + i);
#pragma GCC unroll 4
    for (int k = 0; k < 4; k++) sum[k] += q * Load(keys + k * size + i);
  }
  Quad total = PairSums(PairSums(Halved(sum[0]), Halved(sum[1])), PairSums(Halved(sum[2]), Halved(sum[3])));
  for (; i < size; i++)
    total += query[i] * Quad{keys[i], keys[size + i], keys[2 * size + i], keys[3 * size + i]};
  for (int k = 0; k < 4; k++) scores[k] = total[k];
}

STET_INLINE void Scores(const float* query, const float* keys, int64_t size, int64_t count, float* scores) {
  int64_t s = 0;
  for (; s + 4 <= count; s += 4) FourScores(query, keys + s * size, size, scores + s);
  for (; s < count; s++) scores[s] = Dot(query, keys + s * size, size);
}

// out[0 … 8 N) = Σ shares[s] values[s], over 8 N columns of values whose rows are `size` long.
template <int N>
STET_INLINE void MixColumns(const float* shares, const float* values, int64_t size, int64_t count, float* out) {
  Lanes sum[N] = {};
  for (int64_t s = 0; s < count; s++) {
#pragma GCC unroll 8
    for (int i = 0; i < N; i++) sum[i] += shares[s] * Load(values + s * size + i * kLanes);
  }
#pragma GCC unroll 8
  for (int i = 0; i < N; i++) Store(out + i * kLanes, sum[i]);
}

STET_INLINE void Mix(const float* shares, const float* values, int64_t size, int64_t count, float* out) {
  int64_t i = 0;
  for (; i + 4 * kLanes <= size; i += 4 * kLanes) MixColumns<4>(shares, values + i, size, count, out + i);
  for (; i + kLanes <= size; i += kLanes) MixColumns<1>(shares, values + i, size, count, out + i);
  for (; i < size; i++) {
    out[i] = 0;
    for (int64_t s = 0; s < count; s++) out[i] += shares[s] * values[s * size + i];
  }
}

// Softmax in place over `padded` scores, a multiple of kLanes; the surplus ones are -infinity and become 0.
STET_INLINE void Softmax(float* scores, int64_t padded) {
  float highest = scores[0];
  for (int64_t s = 1; s < padded; s++) highest = std::max(highest, scores[s]);
  Lanes total = {};
  for (int64_t s = 0; s < padded; s += kLanes) {
    const Lanes e = ExpOfNegative(Load(scores + s) - highest);
    Store(scores + s, e);
    total += e;
  }
  const float scale = 1 / SumOf(total);
  for (int64_t s = 0; s < padded; s += kLanes) Store(scores + s, Load(scores + s) * scale);
}

// The heads of one row that share one key/value head.
STET_INLINE void AttendGroup(const DecodeAttention& a, int64_t row, int64_t kvHead) {
  const int64_t group = a.heads / a.kvHeads;
  const int64_t first = a.firstReal[row], count = a.position + 1 - first;
  const int64_t cache = ((row * a.kvHeads + kvHead) * a.slots + first) * a.size;
  std::vector<float> shares((count + kLanes - 1) / kLanes * kLanes);
  for (int64_t g = 0; g < group; g++) {
    const int64_t at = (row * a.heads + kvHead * group + g) * a.size;
    Scores(a.queries + at, a.keys + cache, a.size, count, shares.data());
    std::fill(shares.begin() + count, shares.end(), -INFINITY);
    Softmax(shares.data(), shares.size());
    Mix(shares.data(), a.values + cache, a.size, count, a.out + at);
  }
}

STET_DISPATCH(AttendGroupHere, (const DecodeAttention& a, int64_t row, int64_t kvHead), AttendGroup(a, row, kvHead))

static void AttendOneStep(const DecodeAttention& a) {
  Helpers::Global().Run(a.rows.size() * a.kvHeads,
                        [&](int64_t i) { AttendGroupHere(a, a.rows[i / a.kvHeads], i % a.kvHeads); });
}

}  // namespace stet
