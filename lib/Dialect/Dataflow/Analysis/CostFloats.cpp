// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What units that compute with floats are made of: sums and products of f32,
// each a unit of its own.

#include "CostUnits.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"
#include "pc/Dialect/Dataflow/IR/Single.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::pcflow;

/// Of fractions of 24 bits.
static constexpr int64_t multipliersOfProduct = 2;

static bool isPowerOfTwo(Single value) {
  return (value.toWord() & 0x7fffff) == 0; // or zero, or no number
}

void FloatParts::scale(double constant, int64_t copies) {
  (isPowerOfTwo(Single(constant)) ? shifts : scalings) += copies;
}

void FloatParts::addTable(ArrayRef<int64_t> knots, int64_t range) {
  adders += 3; // to the start of all pieces and to that of one, and to a knot
  ++products;  // with the slope
  llvm::SmallVector<int64_t> slopes, places;
  for (size_t piece = 0; piece + 1 < knots.size(); ++piece) {
    slopes.push_back(getSlope(knots, range, piece).toWord());
    places.push_back(getKnotPlace(knots, range, piece).toWord());
  }
  changes += countChanges(knots.drop_back(), 32) + countChanges(slopes, 32) +
             countChanges(places, 32);
}

int64_t FloatParts::countMultipliers() const {
  return multipliersOfProduct * (products + scalings);
}

bool pcflow::computesFloats(Operation *unit) {
  WordType format = getWordType(unit->getParentOfType<GraphOp>());
  return format && format.isFloat() &&
         !isa<LatchOp, BufferOp, FirstOp, ForkOp, TapOp, GateOp, SinkOp,
              OutputOp>(unit);
}

/// Whether `value` is a constant that is a power of 2 or zero. One of two of
/// them is a word like any other: Yosys does not look through the choice.
static bool isShift(Value value) {
  FloatAttr constant;
  return matchPattern(value, m_Constant(&constant)) &&
         isPowerOfTwo(Single(constant.getValueAsDouble()));
}

static void addMap(MapOp map, CostTerms &terms) {
  FloatParts parts;
  double choices = 0;
  for (Operation &op : map.getBody().front())
    llvm::TypeSwitch<Operation *>(&op)
        .Case([&](LookupOp table) {
          parts.addTable(table.getKnots(), table.getRange());
        })
        .Case<arith::AddFOp, arith::SubFOp>([&](auto) { ++parts.adders; })
        .Case([&](arith::MulFOp product) {
          if (isShift(product.getLhs()) || isShift(product.getRhs()))
            ++parts.shifts;
          else if (matchPattern(product.getLhs(), m_Constant()) ||
                   matchPattern(product.getRhs(), m_Constant()))
            ++parts.scalings;
          else
            ++parts.products;
        })
        .Case<arith::CmpFOp, arith::MaximumFOp, arith::MaxNumFOp,
              arith::MinimumFOp, arith::MinNumFOp>(
            [&](auto) { ++parts.comparisons; })
        .Case([&](arith::SelectOp) { ++choices; });
  terms.kind = "map_f32";
  terms.certain.dsp += parts.countMultipliers();
  terms.lut = {1,
               double(map.getLatency()),
               parts.adders,
               double(parts.products),
               double(parts.scalings),
               double(parts.shifts),
               parts.comparisons,
               choices,
               parts.changes};
  terms.ff = {1, double(map.getLatency()), countStageBits(map, 32)};
}

static void addSoftmax(SoftmaxErrorOp op, CostTerms &terms) {
  int64_t size = getSize(op.getLogits());
  Memories memories{terms};
  memories.add(32, size, Read::Forwarded);
  memories.add(32, size, Read::Forwarded);
  FloatParts parts;
  if (op.getKnots())
    parts.addTable(*op.getKnots(), *op.getRange());
  terms.kind = "softmax_f32";
  terms.certain.dsp += parts.countMultipliers();
  terms.lut = {1, double(log2Ceil(size)), parts.changes, memories.registers};
  terms.ff = {1, double(log2Ceil(size)), memories.registers};
}

/// A unit that moves an error or an activity by `step`, by so many sums.
static void addSteps(StringRef kind, int64_t size, int64_t words, double step,
                     int64_t sums, CostTerms &terms) {
  Memories memories{terms};
  for (int64_t word = 0; word < words; ++word)
    memories.add(32, size, Read::Forwarded);
  FloatParts parts;
  parts.scale(step);
  terms.kind = kind;
  terms.certain.dsp += parts.countMultipliers();
  terms.lut = {double(sums), double(log2Ceil(size)), double(parts.scalings),
               memories.registers};
  terms.ff = {1, double(log2Ceil(size)), memories.registers};
}

void pcflow::addFloats(Operation *unit, CostTerms &terms) {
  llvm::TypeSwitch<Operation *>(unit)
      .Case([&](MapOp op) { addMap(op, terms); })
      .Case([&](SoftmaxErrorOp op) { addSoftmax(op, terms); })
      .Case([&](StateOp op) {
        addSteps("state_f32", getSize(op.getError()), 1,
                 op.getStep().convertToDouble(), 2, terms);
      })
      .Case([&](ActivityOp op) {
        addSteps("activity_f32", getSize(op.getError()), 2,
                 op.getStep().convertToDouble(), 3, terms);
      })
      .Case([&](SumOp op) {
        terms.kind = "sum_f32";
        terms.lut = {1, double(op.getTerms().size() - 1)};
        terms.ff = {1};
      });
}
