// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Predictions and VJPs of vertices become the operations they stand for. Each
// combination of vertex, wanted operands and given errors is differentiated
// once, in a template that all its uses are copies of: a schedule that is
// unrolled asks for the same VJP many times.

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/RegionUtils.h"
#include "pc/Dialect/PC/IR/PC.h"
#include "pc/Differentiation/BlockVJP.h"
#include "pc/Differentiation/Passes.h"
#include "pc/Interfaces/DifferentiableOpInterface.h"
#include "pc/Support/Names.h"
#include <map>

namespace mlir::pc {
#define GEN_PASS_DEF_LOWERVJP
#include "pc/Differentiation/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;
using namespace mlir::pc;

namespace {

/// A body whose arguments are the operands of the vertex and then the errors,
/// and whose `results` are the wanted cotangents. The module is only there to
/// hold the body: operations outside any have no context.
struct Template {
  OwningOpRef<ModuleOp> holder;
  llvm::SmallVector<Value> results;

  Block &getBlock() { return holder->getBodyRegion().front(); }
};

class Lowering {
public:
  explicit Lowering(ModuleOp module) : vertices(module) {}

  void lowerPrediction(PredictOp op);
  LogicalResult lowerVJP(VJPOp op);
  size_t getNumTemplates() const { return templates.size(); }

private:
  FailureOr<Template *> getTemplate(VJPOp op);
  FailureOr<Template> differentiate(VJPOp op, VertexOpInterface vertex);

  VertexTable vertices;
  using Key = std::tuple<const void *, llvm::SmallVector<int64_t>,
                         llvm::SmallVector<int64_t>>;
  std::map<Key, Template> templates; // looked up by key, never iterated
};

} // namespace

/// Copies the operations of `block` to where the builder stands.
static void copyBody(OpBuilder &builder, Block &block, IRMapping &mapping) {
  for (Operation &op : block)
    if (!op.hasTrait<OpTrait::IsTerminator>())
      builder.clone(op, mapping);
}

void Lowering::lowerPrediction(PredictOp op) {
  VertexOpInterface vertex = vertices.lookup(op.getVertex());
  Block &body = vertex.getBody().front();
  IRMapping mapping;
  mapping.map(body.getArguments(), op.getOperands());
  OpBuilder builder(op);
  copyBody(builder, body, mapping);
  op.replaceAllUsesWith(llvm::map_to_vector(
      vertex.getPredictions(), [&](Value v) { return mapping.lookup(v); }));
  op.erase();
}

/// Removes what the results do not need, last operations first.
static void eraseDead(Block &block, ArrayRef<Value> results) {
  llvm::DenseSet<Value> live(results.begin(), results.end());
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block))) {
    bool isNeeded = llvm::any_of(op.getResults(), [&](Value v) {
      return live.contains(v) || !v.use_empty();
    });
    if (!isNeeded && isMemoryEffectFree(&op))
      op.erase();
  }
}

FailureOr<Template> Lowering::differentiate(VJPOp op,
                                            VertexOpInterface vertex) {
  Template result{ModuleOp::create(vertex.getLoc()), {}};
  result.holder->getBodyRegion().getBlocks().clear();
  IRMapping mapping;
  vertex.getBody().cloneInto(&result.holder->getBodyRegion(), mapping);
  Block &block = result.getBlock();
  llvm::SmallVector<Value> arguments(block.getArguments());
  llvm::SmallVector<Value> errors;
  for (Value error : op.getErrors())
    errors.push_back(block.addArgument(error.getType(), error.getLoc()));

  Operation *end = block.getTerminator();
  llvm::SmallVector<Value> outputs;
  for (int64_t index : op.getOf())
    outputs.push_back(end->getOperand(index));
  end->erase();
  llvm::SmallVector<Value> wanted;
  for (int64_t index : op.getWrt())
    wanted.push_back(arguments[index]);

  OpBuilder builder = OpBuilder::atBlockEnd(&block);
  auto ops = llvm::map_to_vector(block, [](Operation &op) { return &op; });
  FailureOr<llvm::SmallVector<Value>> cotangents =
      buildBlockVJP(builder, ops, outputs, errors, wanted);
  if (failed(cotangents))
    return failure();
  for (auto [primal, cotangent] : llvm::zip_equal(wanted, *cotangents))
    result.results.push_back(
        cotangent ? cotangent
                  : createZero(builder, primal.getLoc(), primal.getType()));
  eraseDead(block, result.results);
  return result;
}

FailureOr<Template *> Lowering::getTemplate(VJPOp op) {
  VertexOpInterface vertex = vertices.lookup(op.getVertex());
  Key key{vertex.getAsOpaquePointer(), llvm::to_vector(op.getWrt()),
          llvm::to_vector(op.getOf())};
  auto entry = templates.find(key);
  if (entry == templates.end()) {
    FailureOr<Template> made = differentiate(op, vertex);
    if (failed(made))
      return failure();
    entry = templates.emplace(std::move(key), std::move(*made)).first;
  }
  return &entry->second;
}

LogicalResult Lowering::lowerVJP(VJPOp op) {
  FailureOr<Template *> found = getTemplate(op);
  if (failed(found))
    return failure();
  Block &block = (*found)->getBlock();
  IRMapping mapping;
  mapping.map(block.getArguments(), op.getOperands());
  OpBuilder builder(op);
  for (Operation &inside : block)
    builder.clone(inside, mapping);
  op.replaceAllUsesWith(llvm::map_to_vector(
      (*found)->results, [&](Value v) { return mapping.lookup(v); }));
  op.erase();
  return success();
}

namespace {

struct LowerVJP : pc::impl::LowerVJPBase<LowerVJP> {
  void runOnOperation() override {
    llvm::SmallVector<PredictOp> predictions;
    llvm::SmallVector<VJPOp> vjps;
    getOperation().walk([&](Operation *op) {
      if (auto prediction = dyn_cast<PredictOp>(op))
        predictions.push_back(prediction);
      if (auto vjp = dyn_cast<VJPOp>(op))
        vjps.push_back(vjp);
    });
    Lowering lowering(getOperation());
    for (PredictOp op : predictions)
      lowering.lowerPrediction(op);
    llvm::DenseSet<Attribute> reported; // one report a vertex is enough
    for (VJPOp op : vjps)
      if (!reported.contains(op.getVertex()) && failed(lowering.lowerVJP(op)))
        reported.insert(op.getVertex());
    numPredictions += predictions.size();
    numVJPs += vjps.size();
    numTemplates += lowering.getNumTemplates();
    if (!reported.empty())
      signalPassFailure();
  }
};

} // namespace
