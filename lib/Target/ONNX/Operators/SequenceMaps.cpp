// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// SequenceMap: a copy of the body for each element.

#include "Subgraphs.h"

using namespace llvm;

namespace mlir::pc {

/// The length of the sequences, which must be the same for all of them.
static FailureOr<size_t> getLength(NodeContext &node) {
  const std::vector<ImportedValue> *first = node.getSequence(0);
  if (!first)
    return node.fail("input 0: expected a sequence");
  for (unsigned i = 1; i < node.getNumInputs(); ++i)
    if (const auto *other = node.getSequence(i))
      if (other->size() != first->size())
        return node.fail("expected sequences of one length, but got " +
                         Twine(first->size()) + " and " + Twine(other->size()) +
                         " elements");
  return first->size();
}

static LogicalResult lowerSequenceMap(NodeContext &node) {
  const onnx::GraphProto *body = node.attributes.getGraph("body");
  if (!body)
    return node.fail("expected the attribute body");
  if (failed(node.requireInputs(node.getNode().input_size(), UINT_MAX)))
    return failure();
  FailureOr<size_t> length = getLength(node);
  if (failed(length))
    return failure();
  if (unsigned(body->output_size()) < node.getNumOutputs())
    return node.fail("expected a body with " + Twine(node.getNumOutputs()) +
                     " outputs, but got " + Twine(body->output_size()));
  std::vector<std::vector<ImportedValue>> mapped(node.getNumOutputs());
  for (size_t at = 0; at < *length; ++at) {
    ImportedValues arguments, results;
    for (unsigned i = 0; i < node.getNumInputs(); ++i) {
      const std::vector<ImportedValue> *sequence = node.getSequence(i);
      arguments.push_back(sequence ? (*sequence)[at] : node.getImported(i));
    }
    if (failed(importBody(node, *body, arguments, node.builder, results)))
      return failure();
    if (isPoisoned(results)) {
      poison(node);
      return success();
    }
    if (hasNonTensor(results))
      return node.fail("expected a body whose outputs are tensors");
    for (auto [elements, result] : zip(mapped, results))
      elements.push_back(result);
  }
  for (auto [i, elements] : enumerate(mapped))
    node.setSequence(i, std::move(elements));
  return success();
}

void registerSequenceMaps(OperatorRegistry &all) {
  all.add("SequenceMap", 17, lowerSequenceMap)
      .withSequences()
      .withStrings(StringUse::Handles);
}

} // namespace mlir::pc
