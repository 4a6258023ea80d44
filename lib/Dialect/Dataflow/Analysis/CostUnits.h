// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the terms of units are made of. Cost.cpp has the rules of the mapping
// and the small units, CostLearners.cpp those with weights and windows.

#ifndef PC_LIB_DIALECT_DATAFLOW_ANALYSIS_COSTUNITS_H
#define PC_LIB_DIALECT_DATAFLOW_ANALYSIS_COSTUNITS_H

#include "pc/Dialect/Dataflow/Analysis/Cost.h"
#include "pc/Dialect/Dataflow/IR/Dataflow.h"

namespace mlir::pcflow {

/// When a memory gives the word that an address names.
enum class Read {
  Within,   // in the cycle of the address: no block memory does so
  Clocked,  // a cycle later, as it was before a write in the cycle between
  Forwarded // a cycle later, as it is after such a write
};

/// Adds memories to what is certain, and what they need around them to terms.
struct Memories {
  CostTerms &terms;
  double registers = 0; // bits of memories that are too small for one
  double slices = 0;    // bits that are chosen between parts of a deep memory
  double outputs = 0;   // bits that are read out of look-up tables
  double forwarded = 0; // bits that pass by a memory

  /// `width` bits in `depth` words that are read at `reads` places, of which
  /// `unused` turn out to be so only when the memory has been chosen.
  void add(int64_t width, int64_t depth, Read read, int64_t reads = 1,
           int64_t unused = 0);
};

/// What units that compute with floats are made of.
struct FloatParts {
  double adders = 0;                // f32_add, but those that add to a zero
  int64_t products = 0;             // f32_mul of two words
  int64_t scalings = 0, shifts = 0; // of a word and a constant; a power of 2
  double comparisons = 0;           // f32_compare, f32_extremum
  double changes = 0;               // of bits in tables

  /// Products with `constant`.
  void scale(double constant, int64_t copies = 1);
  /// A table of straight pieces.
  void addTable(ArrayRef<int64_t> knots, int64_t range);
  int64_t countMultipliers() const;
};

/// How often the bits of what a table holds change from one knot to the next;
/// bits that are alike, as those of the sign are, count once.
double countChanges(ArrayRef<int64_t> knots, int64_t width);

/// Bits of the registers between the stages of a map.
double countStageBits(MapOp map, int64_t width);

/// Whether words of the unit are floats, and it computes with them.
bool computesFloats(Operation *unit);
/// Of units without weights and windows.
void addFloats(Operation *unit, CostTerms &terms);

/// Multipliers of a product with a constant: powers of 2, which are shifts of
/// the word or of its opposite, need none.
int64_t countMultipliers(int64_t width, APInt value);

int64_t log2Ceil(int64_t value);

/// The format of the words of a stream, or null.
FixedType getFormat(Value stream);
/// Bits of the words of a stream, labels included.
int64_t getWidth(Value stream);
int64_t getSize(Value stream);

/// Steps, rates and momenta have 16 bits behind the point.
APInt getScale(double value);

void addLinear(LinearOp op, CostTerms &terms);
void addConv(ConvOp op, CostTerms &terms);
void addPool(PoolOp op, CostTerms &terms);
void addRearrange(RearrangeOp op, CostTerms &terms);

} // namespace mlir::pcflow

#endif // PC_LIB_DIALECT_DATAFLOW_ANALYSIS_COSTUNITS_H
