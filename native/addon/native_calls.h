// The native functions that compiled functions call by name (XLA's custom calls). A call gets only pointers to its
// result and operands, so the sizes are an operand too: an int32 vector, always the first.
#pragma once
#include <string>
#include <vector>

#include "decode_attention.h"
#include "few_rows_matmul.h"
#include "rms_norm.h"
#include "sum_of_squares.h"

namespace xla {
// Declared as in xla/service/custom_call_target_registry.h, which is not in the wheel.
class CustomCallTargetRegistry {
 public:
  __attribute__((weak)) static CustomCallTargetRegistry* Global();
  __attribute__((weak)) void Register(const std::string& symbol, void* address, const std::string& platform);
};
}  // namespace xla

namespace stet {

template <typename T>
static const T* Operand(const void** in, int64_t i) {
  return static_cast<const T*>(in[i]);
}

// The rows to compute: those marked in `marks`, or all. A call's result for the others is zero.
static std::vector<int64_t> LiveRows(int64_t rows, const int32_t* marks) {
  std::vector<int64_t> live;
  for (int64_t row = 0; row < rows; row++)
    if (!marks || marks[row]) live.push_back(row);
  return live;
}

// sizes [rows, in, marked, out_1 … out_n, 0], x (rows, in), n weights (out_i, in), marks (rows) if marked
// -> (rows, Σ out_i)
static void FewRowsMatmulCall(void* out, const void** in) {
  const int32_t* sizes = Operand<int32_t>(in, 0);
  const int64_t rows = sizes[0], columns = sizes[1];
  const int32_t* outs = sizes + 3;
  int64_t count = 0, stride = 0;
  for (; outs[count] > 0; count++) stride += outs[count];
  const auto live = LiveRows(rows, sizes[2] ? Operand<int32_t>(in, 2 + count) : nullptr);
  float* y = static_cast<float*>(out);
  if (live.size() < static_cast<size_t>(rows)) std::fill(y, y + rows * stride, 0.0f);
  std::vector<FewRowsProduct> products;
  for (int64_t i = 0; i < count; y += outs[i], i++)
    products.push_back({Operand<float>(in, 1), Operand<float>(in, 2 + i), y, live, columns, outs[i], stride});
  FewRowsMatmul(products);
}

// sizes [rows, size], x, gain, eps -> as x
static void RmsNormCall(void* out, const void** in) {
  const int32_t* sizes = Operand<int32_t>(in, 0);
  RmsNorm(Operand<float>(in, 1), Operand<float>(in, 2), *Operand<float>(in, 3), static_cast<float*>(out), sizes[0],
          sizes[1]);
}

// sizes [rows, heads, kvHeads, slots, size, marked], queries, keys, values, firstReal, position, marks (rows) if marked
// -> as queries
static void DecodeAttentionCall(void* out, const void** in) {
  const int32_t* sizes = Operand<int32_t>(in, 0);
  const auto live = LiveRows(sizes[0], sizes[5] ? Operand<int32_t>(in, 6) : nullptr);
  float* mixed = static_cast<float*>(out);
  if (live.size() < static_cast<size_t>(sizes[0])) std::fill(mixed, mixed + sizes[0] * sizes[1] * sizes[4], 0.0f);
  AttendOneStep({Operand<float>(in, 1), Operand<float>(in, 2), Operand<float>(in, 3), Operand<int32_t>(in, 4), mixed,
                 live, sizes[1], sizes[2], sizes[3], sizes[4], *Operand<int32_t>(in, 5)});
}

// sizes [count_1 … count_n, 0], n tensors -> their sum of squares
static void SumOfSquaresCall(void* out, const void** in) {
  const int32_t* counts = Operand<int32_t>(in, 0);
  std::vector<Numbers> tensors;
  for (int64_t i = 0; counts[i] > 0; i++) tensors.push_back({Operand<float>(in, 1 + i), counts[i]});
  *static_cast<float*>(out) = SumOfSquares(tensors);
}

// Returns whether compiled functions can call them: they cannot if the library hides XLA's registry.
static bool RegisterNativeCalls() {
  if (!&xla::CustomCallTargetRegistry::Global) return false;
  auto* registry = xla::CustomCallTargetRegistry::Global();
  registry->Register("stet_sum_of_squares", reinterpret_cast<void*>(SumOfSquaresCall), "Host");
  registry->Register("stet_few_rows_matmul", reinterpret_cast<void*>(FewRowsMatmulCall), "Host");
  registry->Register("stet_rms_norm", reinterpret_cast<void*>(RmsNormCall), "Host");
  registry->Register("stet_decode_attention", reinterpret_cast<void*>(DecodeAttentionCall), "Host");
  return true;
}

}  // namespace stet
