// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Parameters.h"
#include "Graph.h"
#include "Registry.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;

namespace mlir::pc {

static ValueUses getUse(const OperatorHandler *handler, unsigned position) {
  ValueUses use;
  if (handler && is_contained(handler->weights, position))
    use.asWeight = true;
  else if (handler && is_contained(handler->statistics, position))
    use.asStatistic = true;
  else if (handler && is_contained(handler->bounds, position))
    use.asBound = true;
  else
    use.asData = true;
  return use;
}

ParameterPlan::ParameterPlan(const Model &model) {
  visit(model.proto.graph(), model.opsets, 0);
}

void ParameterPlan::visit(const onnx::GraphProto &graph, const Opsets &opsets,
                          unsigned depth) {
  if (depth > maxGraphDepth)
    return; // reported when the graph is sorted
  for (const onnx::ValueInfoProto &output : graph.output())
    uses[output.name()].asData = true;
  // Backwards, so that the uses of a view are known before those of its
  // operand. Files that are not sorted lose that only for views.
  for (const onnx::NodeProto &node : llvm::reverse(graph.node())) {
    std::string reason;
    const OperatorHandler *handler = OperatorRegistry::get().lookup(
        normalizeDomain(node.domain()), node.op_type(),
        opsets.lookup(normalizeDomain(node.domain())), reason);
    for (const onnx::AttributeProto &attribute : node.attribute()) {
      if (attribute.has_g())
        visit(attribute.g(), opsets, depth + 1);
      for (const onnx::GraphProto &subgraph : attribute.graphs())
        visit(subgraph, opsets, depth + 1);
    }
    for (const auto &[position, input] : enumerate(node.input())) {
      if (handler && handler->isView && position == 0 && node.output_size())
        uses[input].merge(ValueUses(uses[node.output(0)]));
      else
        uses[input].merge(getUse(handler, position));
    }
  }
}

bool ParameterPlan::isParameter(StringRef name) const {
  ValueUses use = uses.lookup(name);
  return use.asWeight || use.asStatistic;
}

bool ParameterPlan::isFrozen(StringRef name, size_t rank) const {
  ValueUses use = uses.lookup(name);
  if (use.asWeight)
    return false;
  // Scalars are scales, exponents and epsilons of a formula.
  return rank == 0 || (!use.asData && (use.asStatistic || use.asBound));
}

} // namespace mlir::pc
