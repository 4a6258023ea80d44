// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// If: a choice while the program runs, or one branch where it is known.

#include "Subgraphs.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace llvm;

namespace mlir::pc {

namespace {
/// One branch while it is imported.
struct Branch {
  const onnx::GraphProto &graph;
  ImportedValues results;
  bool hasFailed = false;

  void emit(NodeContext &node, OpBuilder &builder) {
    hasFailed =
        hasFailed || failed(importBody(node, graph, {}, builder, results));
    SmallVector<Value> values;
    if (!hasFailed && !isPoisoned(results))
      values = flatten(node, results, builder);
    scf::YieldOp::create(builder, node.loc, values);
  }
};
} // namespace

/// One branch in the place of the node.
static LogicalResult inlineBranch(NodeContext &node,
                                  const onnx::GraphProto &branch) {
  ImportedValues results;
  if (failed(importBody(node, branch, {}, node.builder, results)))
    return failure();
  llvm::copy(results, node.getResults().begin());
  return success();
}

/// Both branches, chosen while the program runs; poison where one of them is
/// not supported, or where they have results of different shapes.
static LogicalResult emitIf(NodeContext &node, const onnx::GraphProto &first,
                            const onnx::GraphProto &second, bool &isSame) {
  Emitter b(node.builder, node.loc);
  Value condition = tensor::ExtractOp::create(
      b, b.reshape(node.getInput(0), {}), ValueRange());
  Branch branches[] = {{first, {}}, {second, {}}};
  auto emit = [&](Branch &branch) {
    return [&](OpBuilder &builder, Location) {
      branch.hasFailed = branches[0].hasFailed; // one error is enough
      branch.emit(node, builder);
    };
  };
  auto op =
      scf::IfOp::create(b, condition, emit(branches[0]), emit(branches[1]));
  bool hasFailed = branches[0].hasFailed || branches[1].hasFailed;
  if (hasFailed || isPoisoned(branches[0].results) ||
      isPoisoned(branches[1].results)) {
    op.erase();
    poison(node);
    return failure(hasFailed); // said already
  }
  isSame = isSameForm(branches[0].results, branches[1].results);
  if (!isSame) {
    op.erase();
    poison(node);
    return success();
  }
  llvm::copy(unflatten(branches[0].results, op.getResults()),
             node.getResults().begin());
  return success();
}

static LogicalResult lowerIf(NodeContext &node) {
  const onnx::GraphProto *first = node.attributes.getGraph("then_branch");
  const onnx::GraphProto *second = node.attributes.getGraph("else_branch");
  if (failed(node.requireInputs(1, 1)) || failed(node.requireBoolean(0)))
    return failure();
  if (!first || !second)
    return node.fail("expected a then_branch and an else_branch");
  if (node.getType(0).getNumElements() != 1)
    return node.fail("expected a condition of one element, but got " +
                     printTypes(node));
  if (int(node.getNumOutputs()) != first->output_size() ||
      int(node.getNumOutputs()) != second->output_size())
    return node.fail("expected branches with " + Twine(node.getNumOutputs()) +
                     " outputs");
  const onnx::GraphProto *chosen = nullptr;
  if (const Tensor *known = node.getConstant(0))
    chosen = getInteger(*known, 0) ? first : second;
  if (chosen && !node.isParameter(0))
    return inlineBranch(node, *chosen);
  Importer &importer = node.getImporter();
  Importer::Mark mark = importer.getMark(node.builder);
  bool isSame = true;
  if (failed(emitIf(node, *first, *second, isSame)))
    return failure();
  if (!isPoisoned(node.getResults()))
    return success();
  // The branch that the data choose may be all that is needed.
  if (isSame && !chosen && !importer.canRequest(node.getImported(0)))
    return success(); // what is not supported was said
  importer.rewind(mark, node.builder);
  if (chosen)
    return inlineBranch(node, *chosen);
  return node.unknown(
      0, isSame ? "the condition"
                : "the condition of branches with results of different shapes");
}

void registerBranches(OperatorRegistry &all) {
  all.add("If", 1, lowerIf).withStrings(StringUse::Handles);
}

} // namespace mlir::pc
