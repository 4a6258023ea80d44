// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "NarrowFloats.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace mlir::pc;

namespace {
/// A sign, an exponent, a mantissa; magnitudes above `largest` are no numbers.
struct Format {
  int64_t exponent, mantissa, bias, largest;
  bool hasInfinity = false;
  bool nanIsMinusZero = false; // the only NaN, and there is no -0
  int64_t getSign() const { return int64_t(1) << (exponent + mantissa); }
};

/// Emits scalar arithmetic; operands of one type each.
class Bits {
public:
  Bits(ImplicitLocOpBuilder &b, Type type) : b(b), type(type) {}

  Value constant(int64_t value) {
    return arith::ConstantOp::create(
        b, b.getIntegerAttr(type,
                            APInt(type.getIntOrFloatBitWidth(), uint64_t(value),
                                  /*isSigned=*/false, /*implicitTrunc=*/true)));
  }
  Value both(Value x, int64_t mask) {
    return arith::AndIOp::create(b, x, constant(mask));
  }
  Value either(Value x, Value y) { return arith::OrIOp::create(b, x, y); }
  Value left(Value x, int64_t by) {
    return arith::ShLIOp::create(b, x, constant(by));
  }
  Value right(Value x, int64_t by) {
    return arith::ShRUIOp::create(b, x, constant(by));
  }
  Value add(Value x, Value y) { return arith::AddIOp::create(b, x, y); }
  Value add(Value x, int64_t y) { return add(x, constant(y)); }
  Value exceeds(Value x, int64_t y) {
    return arith::CmpIOp::create(b, arith::CmpIPredicate::ugt, x, constant(y));
  }
  Value equals(Value x, int64_t y) {
    return arith::CmpIOp::create(b, arith::CmpIPredicate::eq, x, constant(y));
  }
  Value select(Value condition, Value x, Value y) {
    return arith::SelectOp::create(b, condition, x, y);
  }

private:
  ImplicitLocOpBuilder &b;
  Type type;
};
} // namespace

static Format getFormat(FloatType type) {
  if (isa<Float4E2M1FNType>(type))
    return {2, 1, 1, 0x7};
  if (isa<Float8E4M3FNType>(type))
    return {4, 3, 7, 0x7e};
  if (isa<Float8E4M3FNUZType>(type))
    return {4, 3, 8, 0x7f, false, true};
  if (isa<Float8E5M2Type>(type))
    return {5, 2, 15, 0x7b, true};
  return {5, 2, 16, 0x7f, false, true}; // Float8E5M2FNUZ
}

static Value emitFloat(ImplicitLocOpBuilder &b, FloatType type, double value) {
  return arith::ConstantOp::create(b, b.getFloatAttr(type, value));
}

/// Between floats of at least 16 bits.
static Value convert(ImplicitLocOpBuilder &b, Value value, FloatType type) {
  auto from = cast<FloatType>(value.getType());
  if (from == type)
    return value;
  if (from.getWidth() < type.getWidth())
    return arith::ExtFOp::create(b, type, value);
  return arith::TruncFOp::create(b, type, value);
}

Value mlir::pc::decodeNarrow(ImplicitLocOpBuilder &b, Value bits,
                             FloatType type, FloatType to) {
  FloatType single = b.getF32Type();
  Type word = b.getI32Type();
  Bits i(b, word);
  Value wide = arith::ExtUIOp::create(b, word, bits);
  if (isa<Float8E8M0FNUType>(type)) {
    // An exponent of f32; its smallest is a subnormal there, all ones are NaN.
    Value normal =
        i.select(i.equals(wide, 0), i.constant(0x400000), i.left(wide, 23));
    Value all = i.select(i.equals(wide, 0xff), i.constant(0x7fc00000), normal);
    return convert(b, arith::BitcastOp::create(b, single, all), to);
  }
  Format format = getFormat(type);
  Value magnitude = i.both(wide, format.getSign() - 1);
  Value sign = i.left(i.both(wide, format.getSign()),
                      31 - format.exponent - format.mantissa);
  // As bits of f32 the magnitude is too small by a power of two, subnormals
  // too.
  Value small = arith::BitcastOp::create(
      b, single, i.left(magnitude, 23 - format.mantissa));
  Value value = arith::MulFOp::create(
      b, small, emitFloat(b, single, std::ldexp(1.0, 127 - format.bias)));
  Value result = arith::BitcastOp::create(b, word, value);
  Value nan = i.constant(0x7fc00000);
  if (format.nanIsMinusZero) {
    result = i.select(i.equals(wide, format.getSign()), nan, result);
  } else if (format.largest != format.getSign() - 1) {
    Value beyond = nan;
    if (format.hasInfinity)
      beyond = i.select(i.equals(magnitude, format.largest + 1),
                        i.constant(0x7f800000), nan);
    result = i.select(i.exceeds(magnitude, format.largest), beyond, result);
  }
  result = arith::BitcastOp::create(b, single, i.either(result, sign));
  return convert(b, result, to);
}

/// f32 to its exponent alone, to the nearest power of two.
static Value encodeExponent(ImplicitLocOpBuilder &b, Value value) {
  Bits i(b, b.getI32Type());
  Value bits = arith::BitcastOp::create(b, b.getI32Type(),
                                        convert(b, value, b.getF32Type()));
  // A tie, 1.5 times a power of two, goes to the even exponent.
  Value isOdd = i.both(i.right(bits, 23), 1);
  Value rounded = i.right(i.add(i.add(bits, 0x3fffff), isOdd), 23);
  // Of subnormals, those above 2^-127 are nearer to 2^-126 from 1.5 2^-127 on.
  rounded = i.select(
      i.exceeds(bits, 0x7fffff), rounded,
      i.select(i.exceeds(bits, 0x5fffff), i.constant(1), i.constant(0)));
  Value isNumber = arith::CmpIOp::create(b, arith::CmpIPredicate::ult, rounded,
                                         i.constant(0xff));
  Value code = i.select(isNumber, rounded, i.constant(0xff));
  return arith::TruncIOp::create(b, b.getI8Type(), code);
}

Value mlir::pc::encodeNarrow(ImplicitLocOpBuilder &b, Value value,
                             FloatType type) {
  if (isa<Float8E8M0FNUType>(type))
    return encodeExponent(b, value);
  // f64 is rounded in one step, narrower floats are exact in f32.
  FloatType source = value.getType().isF64() ? FloatType(b.getF64Type())
                                             : FloatType(b.getF32Type());
  value = convert(b, value, source);
  Format format = getFormat(type);
  int64_t width = source.getWidth();
  int64_t mantissa = width == 64 ? 52 : 23, bias = width == 64 ? 1023 : 127;
  int64_t infinity = (2 * bias + 1) << mantissa;
  Type word = b.getIntegerType(width);
  Bits i(b, word);
  Value all = arith::BitcastOp::create(b, word, value);
  Value magnitude = i.both(all, (uint64_t(1) << (width - 1)) - 1);
  Value sign =
      i.left(i.right(all, width - 1), format.exponent + format.mantissa);
  // Normal: half a unit less one, and one more for an odd mantissa; a carry
  // runs into the exponent, which is what rounding up means.
  int64_t cut = mantissa - format.mantissa;
  Value isOdd = i.both(i.right(magnitude, cut), 1);
  Value rounded = i.add(i.add(magnitude, (int64_t(1) << (cut - 1)) - 1), isOdd);
  Value normal =
      i.add(i.right(rounded, cut), -((bias - format.bias) << format.mantissa));
  // Subnormal: added to a number whose unit is that of the result.
  double shift = std::ldexp(1.0, 1 - format.bias - format.mantissa + mantissa);
  Value shifted =
      arith::AddFOp::create(b, arith::BitcastOp::create(b, source, magnitude),
                            emitFloat(b, source, shift));
  Value base = arith::BitcastOp::create(b, word, emitFloat(b, source, shift));
  Value subnormal = arith::SubIOp::create(
      b, arith::BitcastOp::create(b, word, shifted), base);
  int64_t leastNormal = (1 - format.bias + bias) << mantissa;
  Value result =
      i.select(i.exceeds(magnitude, leastNormal - 1), normal, subnormal);

  Value isBeyond = i.exceeds(result, format.largest);
  Value isNaN = i.exceeds(magnitude, infinity);
  if (format.nanIsMinusZero) {
    Value isZero = i.equals(result, 0);
    result = i.select(isZero, result, i.either(result, sign));
    Value none = arith::OrIOp::create(b, isBeyond, isNaN);
    result = i.select(none, i.constant(format.getSign()), result);
  } else if (format.largest == format.getSign() - 1) {
    result = i.select(isBeyond, i.constant(format.largest), result);
    result =
        i.select(isNaN, i.constant(format.getSign()), i.either(result, sign));
  } else {
    Value nan = i.constant(format.getSign() - 1);
    result = i.select(isBeyond,
                      format.hasInfinity ? i.constant(format.largest + 1) : nan,
                      result);
    result = i.either(i.select(isNaN, nan, result), sign);
  }
  return arith::TruncIOp::create(b, b.getIntegerType(type.getWidth()), result);
}
