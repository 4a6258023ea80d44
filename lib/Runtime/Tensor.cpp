// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Runtime/Tensor.h"
#include "NarrowFloat.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <new>

namespace mlir::pc {

unsigned getBitWidth(ElementKind kind) {
  switch (kind) {
  case ElementKind::Bool:
    return 1;
  case ElementKind::I2:
  case ElementKind::U2:
    return 2;
  case ElementKind::I4:
  case ElementKind::U4:
  case ElementKind::F4E2M1:
    return 4;
  case ElementKind::I8:
  case ElementKind::U8:
  case ElementKind::F8E4M3FN:
  case ElementKind::F8E4M3FNUZ:
  case ElementKind::F8E5M2:
  case ElementKind::F8E5M2FNUZ:
  case ElementKind::F8E8M0:
    return 8;
  case ElementKind::F16:
  case ElementKind::BF16:
  case ElementKind::I16:
  case ElementKind::U16:
    return 16;
  case ElementKind::F32:
  case ElementKind::I32:
  case ElementKind::U32:
    return 32;
  case ElementKind::F64:
  case ElementKind::I64:
  case ElementKind::U64:
    return 64;
  }
  return 0;
}

size_t getByteWidth(ElementKind kind) { return (getBitWidth(kind) + 7) / 8; }

const char *getName(ElementKind kind) {
  static constexpr const char *names[] = {
      "f16",      "bf16",       "f32",    "f64",        "bool",     "i8",
      "u8",       "i16",        "u16",    "i32",        "u32",      "i64",
      "u64",      "i2",         "u2",     "i4",         "u4",       "f4E2M1FN",
      "f8E4M3FN", "f8E4M3FNUZ", "f8E5M2", "f8E5M2FNUZ", "f8E8M0FNU"};
  return names[static_cast<size_t>(kind)];
}

bool isFloat(ElementKind kind) { return kind <= ElementKind::F64; }

/// A cache line, and the widest vector.
static constexpr size_t alignment = 64;

void Tensor::Free::operator()(void *memory) const {
  ::operator delete(memory, std::align_val_t(alignment));
}

Tensor::Tensor(ElementKind kind, std::vector<int64_t> shape)
    : kind(kind), shape(std::move(shape)) {
  size_t bytes = (getByteSize() / alignment + 1) * alignment;
  storage.reset(::operator new(bytes, std::align_val_t(alignment)));
  std::memset(storage.get(), 0, bytes);
}

Tensor Tensor::clone() const {
  Tensor copy(kind, shape);
  if (size_t bytes = getByteSize())
    std::memcpy(copy.data(), data(), bytes);
  return copy;
}

Tensor Tensor::convertTo(ElementKind target) const {
  if (target == kind)
    return clone();
  Tensor result(target, shape);
  for (int64_t i = 0, e = getNumElements(); i != e; ++i)
    result.setFromDouble(i, getAsDouble(i));
  return result;
}

int64_t Tensor::getNumElements() const {
  int64_t count = 1;
  for (int64_t size : shape)
    count *= size;
  return count;
}

size_t Tensor::getByteSize() const {
  return static_cast<size_t>(getNumElements()) * getByteWidth(kind);
}

std::string Tensor::describe() const {
  std::string text;
  for (int64_t size : shape)
    text += std::to_string(size) + "x";
  return text + getName(kind);
}

//===----------------------------------------------------------------------===//
// Narrow floats
//===----------------------------------------------------------------------===//

template <typename To, typename From> static To bitsOf(From value) {
  static_assert(sizeof(To) == sizeof(From), "the same number of bits");
  To bits;
  std::memcpy(&bits, &value, sizeof(bits));
  return bits;
}

/// IEEE binary16: 5 bits of exponent (bias 15), 10 of mantissa.
static double decodeHalf(uint16_t bits) {
  double sign = bits & 0x8000 ? -1.0 : 1.0;
  int exponent = (bits >> 10) & 0x1f, mantissa = bits & 0x3ff;
  if (exponent == 0x1f)
    return mantissa ? NAN : sign * INFINITY;
  if (exponent == 0)
    return sign * std::ldexp(mantissa, -24);
  return sign * std::ldexp(mantissa + 1024, exponent - 25);
}

static uint16_t encodeHalf(double value) {
  uint16_t sign = std::signbit(value) ? 0x8000 : 0;
  if (std::isnan(value))
    return sign | 0x7e00;
  double magnitude = std::fabs(value);
  if (magnitude >= 65520.0) // half way beyond the largest, 65504
    return sign | 0x7c00;
  int exponent;
  std::frexp(magnitude, &exponent); // magnitude = m 2^exponent, 0.5 <= m < 1
  if (magnitude == 0.0)
    return sign;
  // A subnormal has the unit 2^-24; a normal has 11 bits. A carry out of the
  // mantissa runs into the exponent, which is what rounding up means.
  int unit = std::max(exponent - 11, -24);
  auto scaled = static_cast<uint16_t>(
      std::nearbyint(std::ldexp(magnitude, -unit))); // ties to even
  if (unit == -24 && scaled < 1024)
    return sign | scaled;
  return sign | static_cast<uint16_t>(((unit + 24) << 10) + scaled);
}

static uint16_t encodeBrain(double value) {
  // Through f32 and then by round to nearest even. The first rounding is to
  // odd, so that the two together round once.
  auto narrow = static_cast<float>(value);
  auto bits = bitsOf<uint32_t>(narrow);
  if (std::isnan(value))
    return static_cast<uint16_t>((bits >> 16) | 0x40);
  if (std::isfinite(narrow) && static_cast<double>(narrow) != value) {
    bool away = std::fabs(static_cast<double>(narrow)) > std::fabs(value);
    if (away)
      --bits;
    bits |= 1;
  }
  bits += 0x7fff + ((bits >> 16) & 1);
  return static_cast<uint16_t>(bits >> 16);
}

static int signExtend(uint8_t bits, unsigned width) {
  int sign = 1 << (width - 1);
  return (bits ^ sign) - sign;
}

double Tensor::getAsDouble(int64_t index) const {
  switch (kind) {
  case ElementKind::F16:
    return decodeHalf(as<uint16_t>()[index]);
  case ElementKind::BF16:
    return bitsOf<float>(uint32_t(as<uint16_t>()[index]) << 16);
  case ElementKind::F32:
    return as<float>()[index];
  case ElementKind::F64:
    return as<double>()[index];
  case ElementKind::Bool:
  case ElementKind::U8:
  case ElementKind::U4:
  case ElementKind::U2:
    return as<uint8_t>()[index];
  case ElementKind::I4:
  case ElementKind::I2:
    return signExtend(as<uint8_t>()[index], getBitWidth(kind));
  case ElementKind::F4E2M1:
  case ElementKind::F8E4M3FN:
  case ElementKind::F8E4M3FNUZ:
  case ElementKind::F8E5M2:
  case ElementKind::F8E5M2FNUZ:
  case ElementKind::F8E8M0:
    return decodeNarrow(kind, as<uint8_t>()[index]);
  case ElementKind::I8:
    return as<int8_t>()[index];
  case ElementKind::I16:
    return as<int16_t>()[index];
  case ElementKind::U16:
    return as<uint16_t>()[index];
  case ElementKind::I32:
    return as<int32_t>()[index];
  case ElementKind::U32:
    return as<uint32_t>()[index];
  case ElementKind::I64:
    return static_cast<double>(as<int64_t>()[index]);
  case ElementKind::U64:
    return static_cast<double>(as<uint64_t>()[index]);
  }
  return 0;
}

void Tensor::setFromDouble(int64_t index, double value) {
  switch (kind) {
  case ElementKind::F16:
    as<uint16_t>()[index] = encodeHalf(value);
    return;
  case ElementKind::BF16:
    as<uint16_t>()[index] = encodeBrain(value);
    return;
  case ElementKind::F32:
    as<float>()[index] = static_cast<float>(value);
    return;
  case ElementKind::F64:
    as<double>()[index] = value;
    return;
  case ElementKind::Bool:
    as<uint8_t>()[index] = value != 0;
    return;
  case ElementKind::U8:
    as<uint8_t>()[index] = static_cast<uint8_t>(value);
    return;
  case ElementKind::I4:
  case ElementKind::I2:
  case ElementKind::U4:
  case ElementKind::U2:
    as<uint8_t>()[index] = static_cast<uint8_t>(static_cast<int>(value)) &
                           ((1 << getBitWidth(kind)) - 1);
    return;
  case ElementKind::F4E2M1:
  case ElementKind::F8E4M3FN:
  case ElementKind::F8E4M3FNUZ:
  case ElementKind::F8E5M2:
  case ElementKind::F8E5M2FNUZ:
  case ElementKind::F8E8M0:
    as<uint8_t>()[index] = encodeNarrow(kind, value);
    return;
  case ElementKind::I8:
    as<int8_t>()[index] = static_cast<int8_t>(value);
    return;
  case ElementKind::I16:
    as<int16_t>()[index] = static_cast<int16_t>(value);
    return;
  case ElementKind::U16:
    as<uint16_t>()[index] = static_cast<uint16_t>(value);
    return;
  case ElementKind::I32:
    as<int32_t>()[index] = static_cast<int32_t>(value);
    return;
  case ElementKind::U32:
    as<uint32_t>()[index] = static_cast<uint32_t>(value);
    return;
  case ElementKind::I64:
    as<int64_t>()[index] = static_cast<int64_t>(value);
    return;
  case ElementKind::U64:
    as<uint64_t>()[index] = static_cast<uint64_t>(value);
    return;
  }
}

} // namespace mlir::pc
