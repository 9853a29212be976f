// Vectors of eight floats through the compiler's vector extensions: AVX2, NEON or others.
#pragma once
#include <cstdint>

namespace stet {

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

STET_INLINE Lanes Load(const float* p) { return *reinterpret_cast<const Lanes*>(p); }
STET_INLINE void Store(float* p, Lanes v) { *reinterpret_cast<Lanes*>(p) = v; }

STET_INLINE float SumOf(Lanes v) {
  const Quad q = Halved(v);
  return (q[0] + q[2]) + (q[1] + q[3]);
}

STET_INLINE float Dot(const float* a, const float* b, int64_t n) {
  Lanes sum = {};
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) sum += Load(a + i) * Load(b + i);
  float total = SumOf(sum);
  for (; i < n; i++) total += a[i] * b[i];
  return total;
}

// e^x for x <= 0, within 2 units in the last place of it; 0 below -87. The polynomial of Cephes' expf gives the fractional
// part of x / ln 2; the integer part becomes the exponent's bits.
STET_INLINE Lanes ExpOfNegative(Lanes x) {
  typedef int32_t Bits __attribute__((vector_size(32)));
  const Bits tooSmall = x < Lanes{} - 87.0f;
  const Lanes shifted = x * 1.44269504088896341f + 12582912.0f;  // 1.5 * 2^23: rounds to an integer
  const Lanes whole = shifted - 12582912.0f;
  const Lanes r = (x - whole * 0.693359375f) - whole * -2.12194440e-4f;
  Lanes y = r * 1.9875691500e-4f + 1.3981999507e-3f;
  y = y * r + 8.3334519073e-3f;
  y = y * r + 4.1665795894e-2f;
  y = y * r + 1.6666665459e-1f;
  y = y * r + 5.0000001201e-1f;
  y = y * r * r + r + 1.0f;
  const Bits power = (__builtin_convertvector(whole, Bits) + 127) << 23;
  return tooSmall ? Lanes{} : y * reinterpret_cast<const Lanes&>(power);
}

// Defines NAME as a function of PARAMS that runs CALL, compiled for AVX2 if this processor has it.
#if defined(__x86_64__)
#define STET_DISPATCH(NAME, PARAMS, CALL)                                 \
  static void NAME##Plain PARAMS { CALL; }                                \
  __attribute__((target("avx2,fma"))) static void NAME##Avx2 PARAMS { CALL; } \
  static const auto NAME =                                                \
      __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? NAME##Avx2 : NAME##Plain;
#else
#define STET_DISPATCH(NAME, PARAMS, CALL) \
  static void NAME PARAMS { CALL; }
#endif

}  // namespace stet
