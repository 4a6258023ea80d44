// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Graph.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include <queue>

using namespace llvm;

namespace mlir::pc {

std::string getNodeLabel(const onnx::NodeProto &node, int index) {
  if (!node.name().empty())
    return node.name();
  return node.op_type() + "_" + std::to_string(index);
}

/// Names that `graph` reads from the graphs around it.
static LogicalResult collectCaptures(const onnx::GraphProto &graph,
                                     SetVector<StringRef> &reads,
                                     unsigned depth) {
  if (depth > maxGraphDepth)
    return failure();
  StringSet<> own;
  for (const onnx::ValueInfoProto &input : graph.input())
    own.insert(input.name());
  for (const onnx::TensorProto &initializer : graph.initializer())
    own.insert(initializer.name());
  for (const onnx::NodeProto &node : graph.node())
    for (const std::string &output : node.output())
      own.insert(output);
  SetVector<StringRef> used;
  for (const onnx::NodeProto &node : graph.node())
    if (failed(collectReads(node, used, depth)))
      return failure();
  for (const onnx::ValueInfoProto &output : graph.output())
    used.insert(output.name());
  for (StringRef name : used)
    if (!own.contains(name))
      reads.insert(name);
  return success();
}

LogicalResult collectReads(const onnx::NodeProto &node,
                           SetVector<StringRef> &reads, unsigned depth) {
  for (const std::string &input : node.input())
    if (!input.empty())
      reads.insert(input);
  // A Gradient names what it differentiates in attributes.
  bool isGradient = node.op_type() == "Gradient" &&
                    node.domain() == "ai.onnx.preview.training";
  for (const onnx::AttributeProto &attribute : node.attribute()) {
    if (isGradient && attribute.name() == "y")
      reads.insert(attribute.s());
    if (isGradient && (attribute.name() == "xs" || attribute.name() == "zs"))
      reads.insert(attribute.strings().begin(), attribute.strings().end());
    if (attribute.has_g() &&
        failed(collectCaptures(attribute.g(), reads, depth + 1)))
      return failure();
    for (const onnx::GraphProto &graph : attribute.graphs())
      if (failed(collectCaptures(graph, reads, depth + 1)))
        return failure();
  }
  return success();
}

namespace {
/// The edges between the nodes of one graph.
struct Edges {
  StringMap<int> definer;
  std::vector<SmallVector<int, 2>> readers;
  std::vector<int> missing; // operands that are not there yet, per node
};
} // namespace

static LogicalResult collectDefinitions(const NodeList &nodes,
                                        const StringSet<> &defined,
                                        Location loc, Edges &edges) {
  for (const auto &[index, node] : enumerate(nodes)) {
    std::string label = getNodeLabel(node, index);
    for (const std::string &output : node.output()) {
      if (output.empty())
        continue;
      if (defined.contains(output))
        return emitError(loc) << "node '" << label << "' defines '" << output
                              << "', which is also an input or initializer";
      auto [entry, isNew] = edges.definer.try_emplace(output, index);
      if (!isNew)
        return emitError(loc)
               << "nodes '" << getNodeLabel(nodes[entry->second], entry->second)
               << "' and '" << label << "' both define '" << output << "'";
    }
  }
  return success();
}

static LogicalResult connect(const NodeList &nodes, const StringSet<> &defined,
                             function_ref<bool(StringRef)> isOuter,
                             Location loc, Edges &edges) {
  edges.readers.resize(nodes.size());
  edges.missing.assign(nodes.size(), 0);
  for (const auto &[index, node] : enumerate(nodes)) {
    std::string label = getNodeLabel(node, index);
    SetVector<StringRef> reads;
    if (failed(collectReads(node, reads)))
      return emitError(loc) << "the subgraphs of node '" << label
                            << "' nest deeper than " << maxGraphDepth;
    for (StringRef name : reads) {
      auto it = edges.definer.find(name);
      if (it != edges.definer.end()) {
        edges.readers[it->second].push_back(index);
        ++edges.missing[index];
      } else if (!defined.contains(name) && !isOuter(name)) {
        return emitError(loc) << "node '" << label << "' reads '" << name
                              << "', which nothing defines";
      }
    }
  }
  return success();
}

FailureOr<SmallVector<int>> sortNodes(const NodeList &nodes,
                                      const StringSet<> &defined,
                                      function_ref<bool(StringRef)> isOuter,
                                      Location loc) {
  Edges edges;
  if (failed(collectDefinitions(nodes, defined, loc, edges)) ||
      failed(connect(nodes, defined, isOuter, loc, edges)))
    return failure();
  std::priority_queue<int, std::vector<int>, std::greater<int>> ready;
  for (int index = 0; index < nodes.size(); ++index)
    if (edges.missing[index] == 0)
      ready.push(index);
  SmallVector<int> order;
  while (!ready.empty()) {
    int index = ready.top();
    ready.pop();
    order.push_back(index);
    for (int reader : edges.readers[index])
      if (--edges.missing[reader] == 0)
        ready.push(reader);
  }
  if (order.size() == size_t(nodes.size()))
    return order;
  SmallVector<std::string> stuck;
  for (int index = 0; index < nodes.size(); ++index)
    if (edges.missing[index] > 0)
      stuck.push_back("'" + getNodeLabel(nodes[index], index) + "'");
  return emitError(loc) << "the graph has a cycle through, or in front of, "
                        << stuck.size() << " nodes: "
                        << join(ArrayRef(stuck).take_front(8), ", ");
}

} // namespace mlir::pc
