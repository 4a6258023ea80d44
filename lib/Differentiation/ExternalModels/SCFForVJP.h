// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The parts of the VJP of scf.for (SCFForVJP.cpp).

#ifndef PC_LIB_DIFFERENTIATION_EXTERNALMODELS_SCFFORVJP_H
#define PC_LIB_DIFFERENTIATION_EXTERNALMODELS_SCFFORVJP_H

#include "BodyCopy.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "pc/Differentiation/BlockVJP.h"
#include "pc/Support/Names.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

namespace mlir::pc {

/// `count` values of one type, stacked along a first axis.
RankedTensorType getStackType(int64_t count, Type type);
Value pushItem(OpBuilder &builder, Location loc, Value stack, Value item,
               Value index);
Value getItem(OpBuilder &builder, Location loc, Value stack, Type type,
              Value index);

/// A sum over the iterations. `part` is the operation of the body that reads a
/// part of the target, null where the term belongs to all of it.
struct IterationSum {
  Value target;
  Value term;
  Operation *part;
};

class ForVJP {
public:
  ForVJP(scf::ForOp op, int64_t count, OpBuilder &builder,
         ArrayRef<Value> cotangents, CotangentSink &sink)
      : op(op), count(count), builder(builder),
        loc(getDerivativeLoc(op.getLoc())), cotangents(cotangents), sink(sink),
        copy(builder, op.getLoc()) {}

  LogicalResult build();

private:
  llvm::SmallVector<Value> copyBody();
  LogicalResult differentiateBody();
  void collectSums(ArrayRef<Value> wanted,
                   llvm::SmallVectorImpl<Operation *> &ops);
  llvm::SmallVector<Value> getNeeded();
  void findReplayed();
  Value getInductionValue(OpBuilder &inner, Value iteration);
  scf::ForOp createLoop(Value end, ValueRange inits);
  llvm::SmallVector<Value> runBody(OpBuilder &inner, Value iteration,
                                   ValueRange carried);
  llvm::SmallVector<Value> getReplayedInits();
  void replay(ValueRange initial, Value start, Value length, int64_t most);
  llvm::SmallVector<Value> goBack(ValueRange inits, Value start, Value length);
  /// The iterations between two checkpoints, or all of them.
  int64_t getInterval() const;
  llvm::SmallVector<Value> keepCheckpoints(int64_t interval, int64_t segments);
  llvm::SmallVector<Value> goBackBySegments(ValueRange inits, int64_t interval);
  llvm::SmallVector<Value> getSeeds();
  Value addPart(OpBuilder &inner, const IterationSum &sum, Value old,
                Value term, IRMapping &mapping);

  scf::ForOp op;
  int64_t count;
  OpBuilder &builder;
  Location loc;
  ArrayRef<Value> cotangents;
  CotangentSink &sink;
  BodyCopy copy;
  llvm::SmallVector<Value> arguments; // of the copy: induction value, iteration
  llvm::SmallVector<unsigned> floats; // numbers of differentiable results
  llvm::SmallVector<Value> seeds;     // by floats
  llvm::SmallVector<Value> previous;  // by floats, null for zero
  llvm::SmallVector<IterationSum> sums;
  llvm::MapVector<unsigned, Value> stacks; // by number of the iteration value
  // Numbers of the iteration values that are run again, those of `stacks`
  // first, and the operations of the body that do it.
  llvm::SetVector<unsigned> replayed;
  llvm::DenseSet<Operation *> replayedOps;
};

} // namespace mlir::pc

#endif // PC_LIB_DIFFERENTIATION_EXTERNALMODELS_SCFFORVJP_H
