// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two reductions of the same tensors, in one pass over them.

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/RegionUtils.h"
#include "pc/Target/CPU/Passes.h"
#include "llvm/ADT/SetVector.h"

namespace mlir::pc {
#define GEN_PASS_DEF_MERGEREDUCTIONS
#include "pc/Target/CPU/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;

/// The way in which an op goes through its inputs.
static bool haveSameInputs(linalg::LinalgOp a, linalg::LinalgOp b) {
  auto getInputMaps = [](linalg::LinalgOp op) {
    return llvm::to_vector(
        llvm::map_range(op.getDpsInputOperands(), [&](OpOperand *input) {
          return op.getMatchingIndexingMap(input);
        }));
  };
  return a.getDpsInputs() == b.getDpsInputs() &&
         a.getIteratorTypesArray() == b.getIteratorTypesArray() &&
         getInputMaps(a) == getInputMaps(b);
}

static bool isReduction(linalg::LinalgOp op) {
  return op.getNumReductionLoops() > 0 && op.getNumDpsInputs() > 0 &&
         op.hasPureTensorSemantics();
}

/// Whether the body of `later` reads nothing from outside that is computed
/// behind `op`.
static bool canMove(linalg::LinalgOp later, Operation *op) {
  llvm::SetVector<Value> captured;
  getUsedValuesDefinedAbove(later->getRegions(), captured);
  return llvm::none_of(captured, [&](Value value) {
    Operation *definition = value.getDefiningOp();
    return definition && definition->getBlock() == op->getBlock() &&
           op->isBeforeInBlock(definition);
  });
}

/// Moves what `later` starts from, empty or filled tensors, to before `op`.
static bool bringInits(linalg::LinalgOp later, Operation *op) {
  SmallVector<Operation *> moved;
  for (Value init : later.getDpsInits()) {
    auto fill = init.getDefiningOp<linalg::FillOp>();
    Value start = fill ? fill.getOutputs().front() : init;
    auto empty = start.getDefiningOp<tensor::EmptyOp>();
    if (!empty || !empty.getDynamicSizes().empty() ||
        (fill && !matchPattern(fill.getInputs().front(), m_Constant())))
      return false;
    moved.push_back(empty);
    if (fill) {
      moved.push_back(fill.getInputs().front().getDefiningOp());
      moved.push_back(fill);
    }
  }
  for (Operation *init : moved)
    if (init->getBlock() == op->getBlock() && op->isBeforeInBlock(init))
      init->moveBefore(op);
  return true;
}

static linalg::GenericOp generalize(IRRewriter &rewriter, linalg::LinalgOp op) {
  if (auto generic = dyn_cast<linalg::GenericOp>(*op))
    return generic;
  rewriter.setInsertionPoint(op);
  FailureOr<linalg::GenericOp> made = linalg::generalizeNamedOp(rewriter, op);
  return succeeded(made) ? *made : linalg::GenericOp();
}

/// One op with the results of both, where the first one is.
static void merge(IRRewriter &rewriter, linalg::GenericOp first,
                  linalg::GenericOp second) {
  rewriter.setInsertionPoint(first);
  auto inits = llvm::to_vector(first.getOutputs());
  llvm::append_range(inits, second.getOutputs());
  auto maps = first.getIndexingMapsArray();
  llvm::append_range(maps, ArrayRef(second.getIndexingMapsArray())
                               .drop_front(second.getNumDpsInputs()));
  auto merged = linalg::GenericOp::create(
      rewriter, first.getLoc(), ValueRange(inits).getTypes(), first.getInputs(),
      inits, maps, first.getIteratorTypesArray(),
      [&](OpBuilder &builder, Location loc, ValueRange arguments) {
        SmallVector<Value> results;
        auto emit = [&](linalg::GenericOp op, ValueRange outputs) {
          IRMapping mapping;
          mapping.map(op.getRegionInputArgs(),
                      arguments.take_front(op.getNumDpsInputs()));
          mapping.map(op.getRegionOutputArgs(), outputs);
          for (Operation &inner : op.getBody()->without_terminator())
            builder.clone(inner, mapping);
          for (Value value : op.getBody()->getTerminator()->getOperands())
            results.push_back(mapping.lookupOrDefault(value));
        };
        ValueRange outputs = arguments.drop_front(first.getNumDpsInputs());
        emit(first, outputs.take_front(first.getNumDpsInits()));
        emit(second, outputs.take_back(second.getNumDpsInits()));
        linalg::YieldOp::create(builder, loc, results);
      });
  auto results = merged.getResults();
  rewriter.replaceOp(second, results.take_back(second->getNumResults()));
  rewriter.replaceOp(first, results.take_front(first->getNumResults()));
}

namespace {
struct MergeReductions
    : public mlir::pc::impl::MergeReductionsBase<MergeReductions> {
  using MergeReductionsBase::MergeReductionsBase;
  void runOnOperation() override {
    getOperation().walk([&](scf::ForOp loop) { process(*loop.getBody()); });
    getOperation().walk(
        [&](scf::WhileOp loop) { process(*loop.getAfterBody()); });
  }

private:
  void process(Block &body);
};
} // namespace

void MergeReductions::process(Block &body) {
  IRRewriter rewriter(&getContext());
  SmallVector<linalg::LinalgOp> seen;
  for (auto op : llvm::make_early_inc_range(body.getOps<linalg::LinalgOp>())) {
    if (!isReduction(op))
      continue;
    auto twin = llvm::find_if(seen, [&](linalg::LinalgOp other) {
      return haveSameInputs(other, op);
    });
    if (twin == seen.end()) {
      seen.push_back(op);
      continue;
    }
    if (!canMove(op, *twin) || !bringInits(op, *twin))
      continue;
    linalg::GenericOp first = generalize(rewriter, *twin);
    linalg::GenericOp second = generalize(rewriter, op);
    seen.erase(twin);
    if (!first || !second)
      continue;
    merge(rewriter, first, second);
    ++merged;
  }
}
