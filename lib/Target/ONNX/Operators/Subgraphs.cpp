// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Subgraphs.h"

using namespace llvm;

namespace mlir::pc {

LogicalResult importBody(NodeContext &node, const onnx::GraphProto &graph,
                         ArrayRef<ImportedValue> arguments, OpBuilder &builder,
                         SmallVectorImpl<ImportedValue> &results) {
  if (size_t(graph.input_size()) != arguments.size())
    return node.fail("expected a body with " + Twine(arguments.size()) +
                     " inputs, but got " + Twine(graph.input_size()));
  Frame &outer = node.getImporter().getFrame();
  Scope scope(&outer.scope);
  for (auto [input, argument] : zip(graph.input(), arguments))
    scope.define(input.name(), argument);
  Frame frame{scope, outer.opsets, outer.bindings, builder, outer.prefix};
  return node.getImporter().importSubgraph(graph, frame, results);
}

bool isPoisoned(ArrayRef<ImportedValue> values) {
  return llvm::any_of(values,
                      [](const ImportedValue &v) { return v.isPoisoned; });
}

bool hasNonTensor(ArrayRef<ImportedValue> values) {
  return llvm::any_of(
      values, [](const ImportedValue &v) { return v.sequence || v.isAbsent; });
}

void poison(NodeContext &node) {
  for (ImportedValue &result : node.getResults())
    result.isPoisoned = true;
}

ImportedValue getOperand(NodeContext &node, unsigned i) {
  if (node.hasInput(i))
    return node.getImported(i);
  ImportedValue absent;
  absent.isAbsent = true;
  return absent;
}

ImportedValue makeScalar(NodeContext &node, ElementKind kind, int64_t value) {
  auto tensor = std::make_shared<Tensor>(kind, std::vector<int64_t>());
  setInteger(*tensor, 0, value);
  return node.getImporter().makeConstant(tensor);
}

ImportedValue makeValue(Value value) {
  ImportedValue made;
  made.value = value;
  made.type = getTensorType(value);
  return made;
}

/// `value` in the place of `like`.
static ImportedValue makeValue(Value value, const ImportedValue &like) {
  ImportedValue made = makeValue(value);
  made.isString = like.isString;
  return made;
}

SmallVector<Value> flatten(NodeContext &node,
                           MutableArrayRef<ImportedValue> values,
                           OpBuilder &builder) {
  SmallVector<Value> flat;
  auto add = [&](ImportedValue value) {
    flat.push_back(node.getImporter().materialize(value, builder, node.loc));
  };
  for (ImportedValue &value : values) {
    if (value.sequence)
      llvm::for_each(*value.sequence, add);
    else if (!value.isAbsent)
      add(value);
  }
  return flat;
}

ImportedValues unflatten(ArrayRef<ImportedValue> like, ValueRange values) {
  ImportedValues made;
  for (const ImportedValue &value : like) {
    if (value.isAbsent) {
      made.push_back(value);
      continue;
    }
    if (!value.sequence) {
      made.push_back(makeValue(values.front(), value));
      values = values.drop_front();
      continue;
    }
    std::vector<ImportedValue> elements;
    for (auto [element, like] : zip(values, *value.sequence))
      elements.push_back(makeValue(element, like));
    values = values.drop_front(elements.size());
    made.emplace_back();
    made.back().sequence =
        std::make_shared<const std::vector<ImportedValue>>(std::move(elements));
  }
  return made;
}

bool isSameForm(ArrayRef<ImportedValue> x, ArrayRef<ImportedValue> y) {
  return llvm::equal(x, y, [](const ImportedValue &a, const ImportedValue &b) {
    if (!a.sequence || !b.sequence)
      return !a.sequence && !b.sequence && a.isAbsent == b.isAbsent &&
             a.type == b.type && a.isString == b.isString;
    return isSameForm(*a.sequence, *b.sequence);
  });
}

FailureOr<Value> stack(NodeContext &node, int64_t axis,
                       MutableArrayRef<ImportedValue> parts) {
  if (parts.empty())
    return node.unsupported("a loop without iterations that collects outputs");
  if (hasNonTensor(parts))
    return node.unsupported("collected outputs that are no tensors");
  if (llvm::any_of(parts, hasStrings))
    return node.unsupported("collected outputs that are strings");
  Emitter b(node.builder, node.loc);
  SmallVector<Value> rows;
  for (ImportedValue &part : parts) {
    Value value = node.getImporter().materialize(part, b, node.loc);
    if (!rows.empty() && part.type != parts.front().type)
      return node.unsupported("collected outputs of different shapes");
    FailureOr<int64_t> at = node.normalizeAxis(axis, part.type.getRank() + 1);
    if (failed(at))
      return failure();
    rows.push_back(b.unsqueeze(value, *at));
    axis = *at;
  }
  return b.concat(axis, rows);
}

} // namespace mlir::pc
