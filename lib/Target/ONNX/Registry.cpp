// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Registry.h"

using namespace llvm;

namespace mlir::pc {

const OperatorRegistry &OperatorRegistry::get() {
  static const OperatorRegistry registry = [] {
    OperatorRegistry all;
    registerActivations(all);
    registerControlFlow(all);
    registerConvolutions(all);
    registerEinsums(all);
    registerElementwise(all);
    registerGridSamples(all);
    registerIndexing(all);
    registerIndexingND(all);
    registerLinear(all);
    registerLosses(all);
    registerNormalizations(all);
    registerPools(all);
    registerRecurrent(all);
    registerReductions(all);
    registerResizes(all);
    registerSequences(all);
    registerShapeOperators(all);
    registerSlices(all);
    registerSources(all);
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

const OperatorHandler *OperatorRegistry::lookup(StringRef domain,
                                                StringRef name, int64_t version,
                                                std::string &reason) const {
  if (!domain.empty()) {
    reason = "operators of domain '" + domain.str() + "' are not supported";
    return nullptr;
  }
  auto it = handlers.find(name);
  if (it == handlers.end()) {
    reason = "operator not supported";
    return nullptr;
  }
  if (version > newestOpset) {
    reason = "the newest supported opset is " + std::to_string(newestOpset);
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
