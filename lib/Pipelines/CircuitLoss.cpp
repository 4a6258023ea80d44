// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "CircuitLoss.h"
#include "mlir/IR/IRMapping.h"
#include "pc/Support/Names.h"

using namespace llvm;
using namespace mlir;
using namespace mlir::pc;

static constexpr StringLiteral entryName = "loss";

FailureOr<CircuitLoss::Source> CircuitLoss::findSource(GraphOp graph,
                                                       Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value))
    return Source{false, argument.getArgNumber()};
  Operation *terminator = graph.getBody().front().getTerminator();
  for (auto [index, operand] : enumerate(terminator->getOperands()))
    if (operand == value && !isa<LossOp>(operand.getDefiningOp()))
      return Source{true, static_cast<unsigned>(index)};
  return emitError(value.getLoc(),
                   "expected the loss to read outputs of the model, which a "
                   "circuit gives to the host, but got another vertex; "
                   "--loss=mse and --loss=cross-entropy read outputs");
}

/// The body of the loss as a function of what it reads.
static OwningOpRef<ModuleOp> extract(LossOp loss) {
  OpBuilder builder(loss.getContext());
  OwningOpRef<ModuleOp> module = ModuleOp::create(loss.getLoc());
  builder.setInsertionPointToStart(module->getBody());
  Block &body = loss.getBody().front();
  auto type =
      builder.getFunctionType(body.getArgumentTypes(), loss->getResultTypes());
  auto function = func::FuncOp::create(builder, loss.getLoc(), entryName, type);
  builder.setInsertionPointToStart(function.addEntryBlock());
  IRMapping mapping;
  mapping.map(body.getArguments(), function.getArguments());
  for (Operation &op : body.without_terminator())
    builder.clone(op, mapping);
  SmallVector<Value> values;
  for (Value value : body.getTerminator()->getOperands())
    values.push_back(mapping.lookupOrDefault(value));
  func::ReturnOp::create(builder, loss.getLoc(), values);
  return module;
}

std::unique_ptr<CircuitLoss> CircuitLoss::create(GraphOp graph,
                                                 const CPUOptions &options) {
  auto loss = *graph.getBody().getOps<LossOp>().begin();
  std::unique_ptr<CircuitLoss> made(new CircuitLoss());
  for (Value operand : loss->getOperands()) {
    FailureOr<Source> source = findSource(graph, operand);
    if (failed(source))
      return nullptr;
    made->sources.push_back(*source);
  }
  OwningOpRef<ModuleOp> module = extract(loss);
  auto compiled = Executable::compile(*module, {entryName}, options);
  if (failed(compiled))
    return nullptr;
  made->executable = std::move(*compiled);
  made->call = std::make_unique<Invocation>(*made->executable, entryName);
  return made;
}

Error CircuitLoss::run(const Signature &signature, ArrayRef<Tensor *> arguments,
                       MutableArrayRef<Tensor> results) {
  for (auto [port, result] : zip_equal(signature.results, results)) {
    if (port.role != roleLoss)
      continue;
    for (auto [index, source] : enumerate(sources))
      call->set(index, source.isOutput ? results[source.number]
                                       : *arguments[source.number]);
    if (Error error = call->run())
      return error;
    result.setFromDouble(0, call->getResult(0).getAsDouble(0));
  }
  return Error::success();
}
