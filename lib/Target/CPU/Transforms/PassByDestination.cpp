// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tensor functions to functions that read and write the memory of their caller.

#include "Destination.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "pc/Support/Names.h"
#include "pc/Target/CPU/Passes.h"

namespace mlir::pc {
#define GEN_PASS_DEF_PASSBYDESTINATION
#include "pc/Target/CPU/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;
using namespace mlir::pc;

namespace {
/// Where each result goes: an argument that it updates, or one of its own.
struct Destinations {
  SmallVector<std::optional<unsigned>> updates;
  /// For each argument, the result that updates it.
  SmallVector<std::optional<unsigned>> next;
};

struct PassByDestination
    : public mlir::pc::impl::PassByDestinationBase<PassByDestination> {
  void runOnOperation() override;

private:
  void rewriteArguments(func::FuncOp function, const Destinations &plan);
  void rewriteResults(func::FuncOp function, const Destinations &plan);
  void rewriteUpdates(func::FuncOp function, const Destinations &plan);
};
} // namespace

static LogicalResult checkType(func::FuncOp function, Type type, StringRef what,
                               unsigned number) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (tensor && tensor.hasStaticShape() &&
      tensor.getElementType().isIntOrIndexOrFloat())
    return success();
  return function.emitOpError("expected ")
         << what << " " << number << " to be a tensor of static shape, but got "
         << type;
}

/// Reads and checks the `pc.updates` attributes.
static FailureOr<Destinations> planDestinations(func::FuncOp function) {
  Destinations plan;
  plan.next.resize(function.getNumArguments());
  for (auto [i, type] : llvm::enumerate(function.getArgumentTypes()))
    if (failed(checkType(function, type, "argument", i)))
      return failure();
  for (auto [i, type] : llvm::enumerate(function.getResultTypes())) {
    if (failed(checkType(function, type, "result", i)))
      return failure();
    plan.updates.emplace_back();
    auto attr = function.getResultAttrOfType<IntegerAttr>(i, updatesAttrName);
    if (!attr)
      continue;
    int64_t target = attr.getInt();
    if (target < 0 || target >= int64_t(function.getNumArguments()))
      return function.emitOpError("result ")
             << i << " updates argument " << target << ", but there are "
             << function.getNumArguments() << " arguments";
    if (function.getArgumentTypes()[target] != type)
      return function.emitOpError("result ")
             << i << " of type " << type << " cannot update argument " << target
             << " of type " << function.getArgumentTypes()[target];
    if (plan.next[target])
      return function.emitOpError("argument ")
             << target << " is updated by results " << *plan.next[target]
             << " and " << i << ", expected at most one";
    plan.updates.back() = target;
    plan.next[target] = i;
  }
  return plan;
}

static bool isEmpty(Type type) {
  return cast<RankedTensorType>(type).getNumElements() == 0;
}

/// A tensor without elements is nowhere; its place in the signature is kept by
/// memory of one dimension, the only shape of none that upstream passes on.
static MemRefType getMemRefType(Type type) {
  auto tensor = cast<RankedTensorType>(type);
  SmallVector<int64_t> shape(tensor.getShape());
  if (isEmpty(type))
    shape = {0};
  return MemRefType::get(shape, tensor.getElementType());
}

/// Puts `value` into the memref `destination`, at the end of the function.
static void place(Value value, Value destination, Operation *terminator) {
  OpBuilder builder(terminator);
  bufferization::MaterializeInDestinationOp::create(
      builder, terminator->getLoc(), /*result=*/Type(), value, destination,
      /*restrict=*/true, /*writable=*/true);
}

void PassByDestination::rewriteArguments(func::FuncOp function,
                                         const Destinations &plan) {
  Block &entry = function.front();
  OpBuilder builder = OpBuilder::atBlockBegin(&entry);
  for (auto [i, argument] : llvm::enumerate(entry.getArguments())) {
    Type tensor = argument.getType();
    argument.setType(getMemRefType(tensor));
    if (isEmpty(tensor)) {
      argument.replaceAllUsesWith(tensor::EmptyOp::create(
          builder, argument.getLoc(), tensor, ValueRange()));
      continue;
    }
    auto read = bufferization::ToTensorOp::create(
        builder, argument.getLoc(), tensor, argument, /*restrict=*/true,
        /*writable=*/plan.next[i].has_value());
    argument.replaceAllUsesExcept(read.getResult(), read);
  }
}

/// Results with a place of their own. They come before the updates, since they
/// may read what those overwrite.
void PassByDestination::rewriteResults(func::FuncOp function,
                                       const Destinations &plan) {
  Block &entry = function.front();
  Operation *terminator = entry.getTerminator();
  for (auto [i, value] : llvm::enumerate(terminator->getOperands())) {
    if (plan.updates[i])
      continue;
    Location loc = value.getLoc();
    Value memory = entry.addArgument(getMemRefType(value.getType()), loc);
    if (isEmpty(value.getType()))
      continue;
    OpBuilder builder = OpBuilder::atBlockBegin(&entry);
    auto initial = bufferization::ToTensorOp::create(
        builder, loc, value.getType(), memory, /*restrict=*/true,
        /*writable=*/true);
    if (replaceEmptyDestination(value, initial))
      ++direct;
    else
      initial.erase();
    place(value, memory, terminator);
  }
}

void PassByDestination::rewriteUpdates(func::FuncOp function,
                                       const Destinations &plan) {
  Operation *terminator = function.front().getTerminator();
  OpBuilder builder(terminator);
  SmallVector<std::pair<Value, Value>> places;
  for (auto [i, update] : llvm::enumerate(plan.updates)) {
    Value value = terminator->getOperand(i);
    if (!update || isEmpty(value.getType()))
      continue;
    Value memory = function.getArgument(*update);
    auto old = cast<bufferization::ToTensorOp>(*memory.user_begin());
    if (replaceEmptyDestination(value, old))
      ++direct;
    // What is made of the old value of another argument has to be taken before
    // that one is overwritten.
    else if (mayAliasOther(value, old))
      value = copyTensor(builder, value);
    places.emplace_back(value, memory);
    ++updates;
  }
  for (auto [value, memory] : places)
    place(value, memory, terminator);
  terminator->setOperands({});
}

/// The attributes of the arguments, then those of the results with a place of
/// their own. Nobody else knows these pieces of memory while the function runs.
static void setNewType(func::FuncOp function, const Destinations &plan) {
  Builder builder(function.getContext());
  Attribute unit = builder.getUnitAttr();
  SmallVector<Attribute> attrs;
  for (auto [i, next] : llvm::enumerate(plan.next)) {
    NamedAttrList list(function.getArgAttrDict(i));
    list.set(LLVM::LLVMDialect::getNoAliasAttrName(), unit);
    if (next)
      list.set(nextAttrName, builder.getI64IntegerAttr(*next));
    else
      list.set(LLVM::LLVMDialect::getReadonlyAttrName(), unit);
    attrs.push_back(list.getDictionary(function.getContext()));
  }
  for (auto [i, update] : llvm::enumerate(plan.updates)) {
    if (update)
      continue;
    NamedAttrList list(function.getResultAttrDict(i));
    list.set(LLVM::LLVMDialect::getNoAliasAttrName(), unit);
    list.set(resultAttrName, builder.getI64IntegerAttr(i));
    attrs.push_back(list.getDictionary(function.getContext()));
  }
  function.removeResAttrsAttr();
  function.removeArgAttrsAttr();
  function.setType(
      builder.getFunctionType(function.front().getArgumentTypes(), {}));
  function.setArgAttrsAttr(builder.getArrayAttr(attrs));
}

void PassByDestination::runOnOperation() {
  func::FuncOp function = getOperation();
  auto isTensor = llvm::IsaPred<TensorType>;
  if (function.isExternal() ||
      (llvm::none_of(function.getArgumentTypes(), isTensor) &&
       llvm::none_of(function.getResultTypes(), isTensor)))
    return;
  if (!function.getBody().hasOneBlock()) {
    function.emitOpError("expected one block, but got ")
        << function.getBody().getBlocks().size();
    return signalPassFailure();
  }
  FailureOr<Destinations> plan = planDestinations(function);
  if (failed(plan))
    return signalPassFailure();
  rewriteArguments(function, *plan);
  rewriteResults(function, *plan);
  rewriteUpdates(function, *plan);
  setNewType(function, *plan);
}
