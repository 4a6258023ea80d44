// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// f32_mul and f32_add against the host, which is told to take subnormals for
// zero. Arguments: a seed and how many vectors.
#include "Vfloats.h"
#include "bench.h"
#include <cstring>
#include <xmmintrin.h>

static float toFloat(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

static uint32_t toBits(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  // The host has many NaNs.
  return (bits & 0x7fffffff) > 0x7f800000 ? 0x7fc00000 : bits;
}

/// Any word, or one whose exponent is at an end, or whose fraction has few
/// ones.
static uint32_t draw(std::mt19937 &random) {
  uint32_t bits = random();
  static const uint32_t exponents[] = {0, 1, 2, 254, 255, 126, 127, 128};
  switch (random() % 8) {
  case 0:
    return (bits & 0x807fffff) | exponents[random() % 8] << 23;
  case 1:
    return bits & 0xff800000;
  case 2:
    return (bits & 0xff800000) | ((1u << random() % 24) - 1) % 0x800000;
  default:
    return bits;
  }
}

int main(int argc, char **argv) {
  Verilated::commandArgs(argc, argv);
  _mm_setcsr(_mm_getcsr() | 0x8040); // flush results, take operands for zero
  std::mt19937 random(std::atoi(argv[1]));
  const long count = std::atol(argv[2]);
  Vfloats top;
  for (long i = 0; i < count; ++i) {
    uint32_t a = draw(random), b = draw(random);
    if (random() % 2) // close together: bits cancel
      b = (b & 0x807fffff) | ((a + (random() % 5 - 2) * 0x800000) & 0x7f800000);
    top.a = a;
    top.b = b;
    top.eval();
    volatile float x = toFloat(a), y = toFloat(b);
    uint32_t product = toBits(x * y), sum = toBits(x + y);
    if (top.product != product || top.sum != sum) {
      std::printf("%08x %08x: expected %08x and %08x, but got %08x and %08x\n",
                  a, b, product, sum, top.product, top.sum);
      return 1;
    }
  }
  std::printf("floats: %ld products and sums equal\n", count);
  return 0;
}
