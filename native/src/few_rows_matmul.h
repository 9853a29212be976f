// Products of few rows with large weight matrices, y = x Wᵀ, which the decode steps of generation consist of. They
// are bound by reading W once; the kernels behind XLA repack W at every call and stay far below that.
// Promise: each output is summed in one fixed order, whatever the number of rows, threads or matrices.
#pragma once
#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>

namespace stet {

// Threads that help with one job at a time. A job never waits for a helper that has not begun.
class Helpers {
 public:
  static Helpers& Global() {
    static Helpers* helpers = new Helpers(std::max(1u, std::thread::hardware_concurrency()) - 1);
    return *helpers;
  }

  // Runs part(0) … part(count - 1), each once. While another job has the helpers, this one goes without.
  void Run(int64_t count, const std::function<void(int64_t)>& part) {
    std::unique_lock<std::mutex> turn(turn_, std::try_to_lock);
    if (!turn.owns_lock() || count < 2) {
      for (int64_t i = 0; i < count; i++) part(i);
      return;
    }
    part_ = &part;
    count_ = count;
    next_ = 0;
    open_ = true;
    round_++;
    if (sleeping_ > 0) {
      std::lock_guard<std::mutex> lock(sleep_);
      wake_.notify_all();
    }
    TakeParts();
    open_ = false;
    while (inside_ > 0) Pause();
  }

 private:
  explicit Helpers(unsigned threads) {
    for (unsigned i = 0; i < threads; i++) std::thread([this] { Help(); }).detach();
  }

  static void Pause() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  }

  void TakeParts() {
    for (int64_t i = next_++; i < count_; i = next_++) (*part_)(i);
  }

  void Help() {
    for (uint64_t seen = 0;; seen = AwaitRoundAfter(seen)) {
      inside_++;
      if (open_) TakeParts();
      inside_--;
    }
  }

  // The next product of a decode step comes within microseconds, so a helper looks for a while before it sleeps.
  uint64_t AwaitRoundAfter(uint64_t seen) {
    for (int spin = 0; spin < 1000; spin++) {
      if (round_ != seen) return round_;
      Pause();
    }
    std::unique_lock<std::mutex> lock(sleep_);
    sleeping_++;
    wake_.wait(lock, [&] { return round_ != seen; });
    sleeping_--;
    return round_;
  }

  std::mutex turn_, sleep_;
  std::condition_variable wake_;
  const std::function<void(int64_t)>* part_ = nullptr;
  int64_t count_ = 0;
  std::atomic<int64_t> next_{0};
  std::atomic<uint64_t> round_{0};
  std::atomic<int> inside_{0}, sleeping_{0};
  std::atomic<bool> open_{false};
};

#define STET_INLINE static inline __attribute__((always_inline))

typedef float Lanes __attribute__((vector_size(32), aligned(4), may_alias));
typedef float Quad __attribute__((vector_size(16)));
typedef int32_t QuadIndex __attribute__((vector_size(16)));
constexpr int64_t kLanes = 8;

#if defined(__clang__)
#define STET_PICK(a, b, i, j, k, l) __builtin_shufflevector(a, b, i, j, k, l)
#else
#define STET_PICK(a, b, i, j, k, l) __builtin_shuffle(a, b, (QuadIndex){i, j, k, l})
#endif

// Lane i plus lane i + 4.
STET_INLINE Quad Halved(Lanes v) {
  union {
    Lanes whole;
    Quad half[2];
  } u = {v};
  return u.half[0] + u.half[1];
}

// (a0+a1, a2+a3, b0+b1, b2+b3)
STET_INLINE Quad PairSums(Quad a, Quad b) { return STET_PICK(a, b, 0, 2, 4, 6) + STET_PICK(a, b, 1, 3, 5, 7); }

// W outputs of four rows. Fetches the W weight rows after these on the way: the memory would otherwise rest while
// the next four rows use the present ones from the cache.
template <int W>
STET_INLINE void DotTile(const float* const x[4], const float* w, float* const y[4], int64_t in) {
  Lanes sum[W][4] = {};
  int64_t k = 0;
  for (; k + kLanes <= in; k += kLanes) {
    Lanes xs[4];
#pragma GCC unroll 4
    for (int b = 0; b < 4; b++) xs[b] = *reinterpret_cast<const Lanes*>(x[b] + k);
#pragma GCC unroll 4
    for (int o = 0; o < W; o++) {
      const Lanes ws = *reinterpret_cast<const Lanes*>(w + o * in + k);
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

// Rows go in fours; in places that stay empty the last row is computed again.
template <int W>
STET_INLINE void DotRows(const float* x, const float* w, float* y, int64_t rows, int64_t in, int64_t out) {
  for (int64_t first = 0; first < rows; first += 4) {
    const float* xs[4];
    float* ys[4];
    for (int64_t i = 0; i < 4; i++) {
      const int64_t row = std::min(first + i, rows - 1);
      xs[i] = x + row * in;
      ys[i] = y + row * out;
    }
    DotTile<W>(xs, w, ys, in);
  }
}

// One product's operands: x (rows, in), w (out, in), y (rows, out), all row-major.
struct FewRowsProduct {
  const float* x;
  const float* w;
  float* y;
  int64_t rows, in, out;
};

STET_INLINE void DotOutputs(const FewRowsProduct& p, int64_t first, int64_t last) {
  int64_t o = first;
  for (; o + 3 <= last; o += 3) DotRows<3>(p.x, p.w + o * p.in, p.y + o, p.rows, p.in, p.out);
  for (; o < last; o++) DotRows<1>(p.x, p.w + o * p.in, p.y + o, p.rows, p.in, p.out);
}

static void DotOutputsPlain(const FewRowsProduct& p, int64_t first, int64_t last) { DotOutputs(p, first, last); }

#if defined(__x86_64__)
__attribute__((target("avx2,fma"))) static void DotOutputsAvx2(const FewRowsProduct& p, int64_t first, int64_t last) {
  DotOutputs(p, first, last);
}
#endif

static void FewRowsMatmul(const FewRowsProduct& p) {
  static const auto dot = [] {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return DotOutputsAvx2;
#endif
    return DotOutputsPlain;
  }();
  constexpr int64_t kPart = 48;
  Helpers::Global().Run((p.out + kPart - 1) / kPart, [&](int64_t i) {
    dot(p, i * kPart, std::min(p.out, (i + 1) * kPart));
  });
}

}  // namespace stet
