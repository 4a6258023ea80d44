// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Registry.h"
#include "pc/Target/ONNX/OperatorList.h"
#include "llvm/ADT/StringSwitch.h"

using namespace llvm;

namespace mlir::pc {

const OperatorRegistry &OperatorRegistry::get() {
  static const OperatorRegistry registry = [] {
    OperatorRegistry all;
    registerActivations(all);
    registerAttention(all);
    registerBits(all);
    registerBranches(all);
    registerCasts(all);
    registerConvolutions(all);
    registerCumulatives(all);
    registerDataDependentSizes(all);
    registerDeterminants(all);
    registerEinsums(all);
    registerElementwise(all);
    registerFeatures(all);
    registerGridSamples(all);
    registerGathers(all);
    registerIndexing(all);
    registerIndexingND(all);
    registerLabels(all);
    registerLinear(all);
    registerLoops(all);
    registerLinearModels(all);
    registerLosses(all);
    registerNGrams(all);
    registerNormalizations(all);
    registerOptionals(all);
    registerPools(all);
    registerQuantization(all);
    registerQuantizedProducts(all);
    registerRecurrent(all);
    registerReductions(all);
    registerRegions(all);
    registerResizes(all);
    registerRotaryEmbeddings(all);
    registerScans(all);
    registerSelections(all);
    registerSequenceMaps(all);
    registerSequences(all);
    registerShapeOperators(all);
    registerSlices(all);
    registerSources(all);
    registerSpectra(all);
    registerStatefulLayers(all);
    registerStrings(all);
    registerSupportVectors(all);
    registerTraining(all);
    registerTreeModels(all);
    registerTrees(all);
    return all;
  }();
  return registry;
}

OperatorHandler &OperatorRegistry::add(StringRef name, int64_t since,
                                       Lowering lower) {
  OperatorHandler &handler = handlers[name][since];
  assert(!handler.lower && !handler.fold && "added twice");
  handler.lower = lower;
  return handler;
}

std::vector<ONNXOperator> OperatorRegistry::list() const {
  std::vector<ONNXOperator> all;
  for (const auto &entry : handlers) {
    ONNXOperator &next = all.emplace_back();
    next.name = entry.getKey().str();
    next.isFolded = true;
    for (const auto &[since, handler] : entry.getValue()) {
      next.since.push_back(since);
      next.isFolded &= handler.lower == nullptr;
    }
  }
  llvm::sort(all, [](const auto &a, const auto &b) { return a.name < b.name; });
  return all;
}

std::vector<ONNXOperator> listONNXOperators() {
  return OperatorRegistry::get().list();
}

/// The newest operator set of a domain, or 0 for a domain that is not known.
static int64_t getNewest(StringRef domain) {
  return StringSwitch<int64_t>(domain)
      .Case("", newestOpset)
      .Case("ai.onnx.ml", newestMLOpset)
      .Case("ai.onnx.preview", newestPreviewOpset)
      .Case("ai.onnx.preview.training", newestPreviewOpset)
      .Default(0);
}

const OperatorHandler *OperatorRegistry::lookup(StringRef domain,
                                                StringRef name, int64_t version,
                                                std::string &reason) const {
  int64_t newest = getNewest(domain);
  if (newest == 0) {
    reason = "operators of domain '" + domain.str() + "' are not supported";
    return nullptr;
  }
  auto it =
      handlers.find(domain.empty() ? name.str() : (domain + "." + name).str());
  if (it == handlers.end()) {
    reason = "operator not supported";
    return nullptr;
  }
  if (version > newest) {
    reason = "the newest supported opset is " + std::to_string(newest);
    return nullptr;
  }
  auto next = it->second.upper_bound(version);
  if (next == it->second.begin()) {
    reason = "supported from opset " + std::to_string(next->first) + " on";
    return nullptr;
  }
  return &std::prev(next)->second;
}

} // namespace mlir::pc
