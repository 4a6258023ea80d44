// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Steps.h"
#include "Emit.h"
#include "Importer.h"
#include "Registry.h"

using namespace llvm;

namespace mlir::pc {

LogicalResult copySteps(const OperatorHandler &handler, NodeContext &node) {
  Importer &importer = node.getImporter();
  unsigned count = node.getNumInputs();
  Type element; // of the steps
  SmallVector<ImportedValue> twins(count);
  SmallVector<ImportedValue *> inputs(count, nullptr);
  for (unsigned i = 0; i < count; ++i) {
    if (!node.hasInput(i))
      continue;
    twins[i] = node.getImported(i);
    inputs[i] = &twins[i];
    if (twins[i].steps && handler.copies(i))
      element = getElementTypeOrSelf(twins[i].steps);
  }
  if (!element)
    return success();
  Emitter b(node.builder, node.loc);
  for (unsigned i = 0; i < count; ++i)
    if (inputs[i] && handler.copies(i)) {
      twins[i] = ImportedValue();
      twins[i].value = b.cast(node.getSteps(i), element);
      twins[i].type = cast<RankedTensorType>(twins[i].value.getType());
    }
  NodeContext twin(
      importer, node.getNode(), node.version, node.builder, node.loc,
      Attributes(node.getNode(), importer.getFrame().bindings), inputs);
  if (failed(handler.lower(twin)))
    return failure();
  for (auto [result, copy] : zip(node.getResults(), twin.getResults()))
    if (copy.value && copy.type.getElementType() == element)
      result.steps = copy.value;
  return success();
}

} // namespace mlir::pc
