// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Cases.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "pc/Support/Names.h"
#include "pc/Support/Signature.h"

using namespace mlir;
using namespace mlir::pc;
using namespace mlir::pc::test;
using llvm::StringRef;

static double toDouble(Attribute attribute) {
  if (auto number = dyn_cast<FloatAttr>(attribute))
    return number.getValueAsDouble();
  return static_cast<double>(cast<IntegerAttr>(attribute).getInt());
}

static Range readRange(ArrayAttr bounds) {
  return {toDouble(bounds[0]), toDouble(bounds[1]),
          bounds.size() > 2 ? toDouble(bounds[2]) : 0};
}

static Case readCase(func::FuncOp function) {
  Case result{
      function.getName().str(), function->hasAttr("test.planted"), {}, {}};
  for (unsigned i = 0, e = function.getNumArguments(); i != e; ++i)
    if (auto bounds = function.getArgAttrOfType<ArrayAttr>(i, "test.range"))
      result.ranges[getArgName(function, i)] = readRange(bounds);
  if (auto gradients = function->getAttrOfType<ArrayAttr>("test.expected"))
    for (auto gradient : gradients.getAsRange<ArrayAttr>()) {
      result.expected.emplace_back();
      for (Attribute number : gradient)
        result.expected.back().push_back(toDouble(number));
    }
  return result;
}

static LogicalResult runPasses(ModuleOp module, StringRef pipeline) {
  PassManager manager(module.getContext());
  if (failed(parsePassPipeline(pipeline, manager)))
    return failure();
  return manager.run(module);
}

/// Moves the functions `@model<suffix>` of `from` to `to`, under the name of
/// the case.
static void collect(CaseBatch &batch, ModuleOp from, const Case &theCase,
                    ArrayRef<std::pair<StringRef, StringRef>> renaming) {
  for (auto [suffix, newSuffix] : renaming) {
    auto function = from.lookupSymbol<func::FuncOp>(("model" + suffix).str());
    assert(function && "the passes made no such function");
    function->remove();
    function.setName(theCase.entry(newSuffix));
    batch.module->push_back(function);
    batch.entries.push_back(function.getName().str());
  }
}

static bool hasLoss(func::FuncOp function) {
  for (unsigned i = 0, e = function.getNumResults(); i != e; ++i)
    if (getResultRole(function, i) == roleLoss)
      return true;
  return false;
}

/// `@model_objective` and what follows from it, for one forward function.
static LogicalResult addCase(CaseBatch &batch, func::FuncOp function,
                             const CaseOptions &options) {
  Case theCase = readCase(function);
  OwningOpRef<ModuleOp> module = ModuleOp::create(function.getLoc());
  func::FuncOp model = function.clone();
  model.setName(hasLoss(function) ? "model_objective" : "model");
  module->push_back(model);
  if (!hasLoss(function) &&
      failed(runPasses(*module, "pc-attach-loss{loss=cotangent}")))
    return failure();
  bool hasReference = !options.reference.empty();
  std::string passes = "pc-autodiff{wrt=all}";
  if (options.withTangent)
    passes += ",pc-jvp{wrt=all}";
  if (!hasReference && failed(runPasses(*module, passes)))
    return failure();

  if (options.withSingle) {
    OwningOpRef<ModuleOp> single = cast<ModuleOp>(module->clone());
    if (failed(runPasses(*single, "pc-change-float-type{type=f32}")))
      return failure();
    collect(batch, *single, theCase, {{autodiffSuffix, singleSuffix}});
  }
  if (hasReference) {
    OwningOpRef<ModuleOp> other = cast<ModuleOp>(module->clone());
    if (failed(runPasses(*other, options.reference)))
      return failure();
    collect(batch, *other, theCase, {{gradientSuffix, referenceSuffix}});
  } else {
    collect(batch, *module, theCase, {{autodiffSuffix, autodiffSuffix}});
    if (options.withTangent)
      collect(batch, *module, theCase, {{jvpSuffix, jvpSuffix}});
  }
  llvm::SmallVector<std::pair<StringRef, StringRef>> functions = {
      {objectiveSuffix, objectiveSuffix}};
  if (!options.relaxation.empty()) {
    if (failed(runPasses(*module, options.relaxation)))
      return failure();
    functions.push_back({gradientSuffix, gradientSuffix});
  }
  collect(batch, *module, theCase, functions);
  batch.cases.push_back(std::move(theCase));
  return success();
}

FailureOr<CaseBatch> pc::test::buildCases(ArrayRef<func::FuncOp> functions,
                                          const CaseOptions &options) {
  CaseBatch batch;
  func::FuncOp first = functions.front();
  batch.module = ModuleOp::create(first.getLoc());
  for (func::FuncOp function : functions) {
    if (succeeded(addCase(batch, function, options)))
      continue;
    function.emitRemark("in the case '@") << function.getName() << "'";
    return failure();
  }
  return batch;
}
