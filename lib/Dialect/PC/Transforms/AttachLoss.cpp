// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "LossBuilder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "pc/Dialect/PC/Transforms/Passes.h"
#include "pc/Support/DerivedFunction.h"
#include "pc/Support/Names.h"
#include "llvm/ADT/StringSet.h"

namespace mlir::pc {
#define GEN_PASS_DEF_ATTACHLOSS
#include "pc/Dialect/PC/Transforms/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;
using pc::LossKind;

//===----------------------------------------------------------------------===//
// Which outputs the loss reads
//===----------------------------------------------------------------------===//

/// The type of a float tensor; null for every other type.
static RankedTensorType getFloatTensor(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && isa<FloatType>(tensor.getElementType()) ? tensor : nullptr;
}

static bool fits(LossKind kind, Type type) {
  RankedTensorType tensor = getFloatTensor(type);
  if (!tensor)
    return false;
  switch (kind) {
  case LossKind::Model:
    return tensor.getNumElements() == 1;
  case LossKind::CrossEntropy:
    return tensor.getRank() >= 2;
  case LossKind::MeanSquaredError:
  case LossKind::Cotangent:
    return true;
  }
  llvm_unreachable("a loss without a rule");
}

static llvm::StringRef describe(LossKind kind) {
  switch (kind) {
  case LossKind::Model:
    return "a float tensor of one element";
  case LossKind::CrossEntropy:
    return "a float tensor of shape [N, C, ...]";
  case LossKind::MeanSquaredError:
  case LossKind::Cotangent:
    return "a float tensor";
  }
  llvm_unreachable("a loss without a rule");
}

/// The result with the name or, failing that, the number `text`.
static std::optional<unsigned> findResult(func::FuncOp function,
                                          llvm::StringRef text) {
  for (unsigned i = 0, e = function.getNumResults(); i != e; ++i)
    if (pc::getResultName(function, i) == text)
      return i;
  unsigned number;
  if (!text.getAsInteger(10, number) && number < function.getNumResults())
    return number;
  return std::nullopt;
}

static FailureOr<unsigned> chooseNamed(func::FuncOp function, LossKind kind,
                                       llvm::StringRef text) {
  std::optional<unsigned> result = findResult(function, text);
  if (!result)
    return function.emitError("expected output= to be the name or the number "
                              "of a result, but '")
           << text << "' is neither";
  Type type = function.getResultTypes()[*result];
  if (!fits(kind, type))
    return function.emitError("expected output '")
           << text << "' to be " << describe(kind) << ", but it is " << type;
  return *result;
}

/// The results that the loss reads: one, or all float ones for cotangents.
static FailureOr<llvm::SmallVector<unsigned>>
chooseOutputs(func::FuncOp function, LossKind kind, llvm::StringRef text) {
  bool takesAll = kind == LossKind::Cotangent;
  if (!text.empty() && takesAll)
    return function.emitError(
        "expected no output= beside loss=cotangent, which reads all outputs");
  if (!text.empty()) {
    FailureOr<unsigned> result = chooseNamed(function, kind, text);
    if (failed(result))
      return failure();
    return llvm::SmallVector<unsigned>{*result};
  }
  llvm::SmallVector<unsigned> candidates;
  for (auto [i, type] : llvm::enumerate(function.getResultTypes()))
    if (fits(kind, type))
      candidates.push_back(i);
  if (candidates.empty())
    return function.emitError("expected an output that is ")
           << describe(kind) << ", but found none";
  if (candidates.size() == 1 || takesAll)
    return candidates;
  InFlightDiagnostic error = function.emitError("expected one output that is ");
  error << describe(kind) << ", but found " << candidates.size() << ": ";
  llvm::interleaveComma(candidates, error, [&](unsigned i) {
    error << "'" << pc::getResultName(function, i) << "'";
  });
  return error << "; output= chooses one of them";
}

static LogicalResult checkForward(func::FuncOp function) {
  if (!llvm::hasSingleElement(function.getBody()))
    return function.emitError("expected a body of one block");
  for (unsigned i = 0, e = function.getNumResults(); i != e; ++i)
    if (pc::getResultRole(function, i) == pc::roleLoss)
      return function.emitError("expected no loss yet, but result ")
             << i << " is one";
  for (Type type : llvm::concat<const Type>(function.getArgumentTypes(),
                                            function.getResultTypes())) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor || !tensor.hasStaticShape())
      return function.emitError("expected tensors of static shape, but got ")
             << type;
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Objective
//===----------------------------------------------------------------------===//

/// Says the role and the name of everything that did not say them.
static void completeSignature(func::FuncOp function) {
  Builder builder(function.getContext());
  for (unsigned i = 0, e = function.getNumArguments(); i != e; ++i) {
    auto role = builder.getStringAttr(pc::getArgRole(function, i));
    auto name = builder.getStringAttr(pc::getArgName(function, i));
    function.setArgAttr(i, pc::roleAttrName, role);
    function.setArgAttr(i, pc::nameAttrName, name);
  }
  for (unsigned i = 0, e = function.getNumResults(); i != e; ++i) {
    auto role = builder.getStringAttr(pc::getResultRole(function, i));
    auto name = builder.getStringAttr(pc::getResultName(function, i));
    function.setResultAttr(i, pc::roleAttrName, role);
    function.setResultAttr(i, pc::nameAttrName, name);
  }
}

/// `name`, with a number behind it where another argument has it.
static std::string makeUnique(func::FuncOp function, llvm::StringRef name) {
  llvm::StringSet<> taken;
  for (unsigned i = 0, e = function.getNumArguments(); i != e; ++i)
    taken.insert(pc::getArgName(function, i));
  std::string unique = name.str();
  for (unsigned i = 1; taken.contains(unique); ++i)
    unique = (name + "_" + llvm::Twine(i)).str();
  return unique;
}

static Value addTarget(func::FuncOp function, Location loc, Type type,
                       llvm::StringRef name) {
  unsigned number = function.getNumArguments();
  (void)function.insertArgument(number, type,
                                pc::describeValue(function.getContext(),
                                                  pc::roleTarget,
                                                  makeUnique(function, name)),
                                loc);
  return function.getArgument(number);
}

/// The widest of the element types; f32 stands above f16 and bf16 together.
static FloatType getCommonFloat(ValueRange values) {
  FloatType common;
  for (Value value : values) {
    auto type =
        cast<FloatType>(cast<ShapedType>(value.getType()).getElementType());
    if (!common || type.getWidth() > common.getWidth())
      common = type;
    else if (type != common && type.getWidth() == common.getWidth())
      common = Float32Type::get(type.getContext());
  }
  return common;
}

static Value buildCotangentLoss(OpBuilder &builder, Location loc,
                                func::FuncOp function,
                                ArrayRef<unsigned> numbers,
                                ValueRange outputs) {
  llvm::SmallVector<Value> cotangents;
  for (auto [number, output] : llvm::zip_equal(numbers, outputs))
    cotangents.push_back(addTarget(function, loc, output.getType(),
                                   "cotangent_" + std::to_string(number)));
  return pc::buildInnerProduct(builder, loc, outputs, cotangents,
                               getCommonFloat(outputs));
}

namespace {

struct AttachLoss : pc::impl::AttachLossBase<AttachLoss> {
  using AttachLossBase::AttachLossBase;

  void runOnOperation() override {
    if (failed(attach()))
      signalPassFailure();
  }

private:
  LogicalResult attach() {
    ModuleOp module = getOperation();
    auto forward = module.lookupSymbol<func::FuncOp>(function);
    if (!forward || forward.isExternal())
      return module.emitError("expected a function '@")
             << function << "' with a body, but found none";
    std::string name = function + pc::objectiveSuffix.str();
    if (module.lookupSymbol(name))
      return forward.emitError("has an objective already: '@") << name << "'";
    if (failed(checkForward(forward)))
      return failure();
    FailureOr<llvm::SmallVector<unsigned>> outputs =
        chooseOutputs(forward, loss, output);
    if (failed(outputs))
      return failure();

    func::FuncOp objective = forward.clone();
    objective.setName(name);
    module.insert(std::next(forward->getIterator()), objective);
    completeSignature(objective);
    appendLoss(objective, *outputs);
    return success();
  }

  void appendLoss(func::FuncOp objective, ArrayRef<unsigned> numbers) {
    Operation *end = objective.getBody().front().getTerminator();
    OpBuilder builder(end);
    Location loc = NameLoc::get(builder.getStringAttr("loss"));
    llvm::SmallVector<Value> outputs = llvm::map_to_vector(
        numbers, [&](unsigned i) { return end->getOperand(i); });
    Value value = buildLoss(builder, loc, objective, numbers, outputs);
    end->insertOperands(end->getNumOperands(), value);
    (void)objective.insertResult(
        objective.getNumResults(), value.getType(),
        pc::describeValue(&getContext(), pc::roleLoss, "loss"));
  }

  Value buildLoss(OpBuilder &builder, Location loc, func::FuncOp objective,
                  ArrayRef<unsigned> numbers, ArrayRef<Value> outputs) {
    Value first = outputs.front();
    auto type = cast<RankedTensorType>(first.getType());
    switch (loss) {
    case LossKind::Model:
      return pc::buildModelLoss(builder, loc, first);
    case LossKind::MeanSquaredError:
      return pc::buildSquaredError(builder, loc, first,
                                   addTarget(objective, loc, type, "target"),
                                   reduction);
    case LossKind::CrossEntropy:
      return pc::buildCrossEntropy(
          builder, loc, first,
          addTarget(objective, loc, pc::getLabelType(type), "target"),
          reduction);
    case LossKind::Cotangent:
      return buildCotangentLoss(builder, loc, objective, numbers, outputs);
    }
    llvm_unreachable("a loss without a rule");
  }
};

} // namespace
