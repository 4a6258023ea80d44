// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the loss tells the vertices that it reads.

#include "VertexUnits.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "pc/Differentiation/BlockVJP.h"
#include "pc/Support/Names.h"

using namespace mlir;
using namespace mlir::pc;

/// The names of what a body computes, in order.
static std::string describe(Region &region) {
  std::string text;
  region.walk([&](Operation *op) {
    if (isa<linalg::LinalgOp, linalg::YieldOp, arith::ConstantOp, PredictionOp>(
            op) ||
        op->getName().getStringRef() == "tensor.empty")
      return;
    text += op->getName().getStringRef().str() + " ";
  });
  return text;
}

/// Cross-entropy as pc-attach-loss writes it: the factor in front of
/// softmax(y) - onehot(t), or nothing.
static std::optional<double> matchCrossEntropy(VertexOpInterface loss) {
  if (loss.getParents().size() != 2 || !loss.getParameters().empty())
    return std::nullopt;
  auto logits = dyn_cast<RankedTensorType>(loss.getParents()[0].getType());
  auto labels = dyn_cast<RankedTensorType>(loss.getParents()[1].getType());
  if (!logits || !labels || logits.getRank() != 2 || labels.getRank() != 1 ||
      !isa<IntegerType>(labels.getElementType()))
    return std::nullopt;
  std::string found = describe(loss.getBody());
  llvm::StringRef
      text = found,
      sum = "arith.maximumf arith.subf math.exp arith.addf linalg.index "
            "arith.index_cast arith.cmpi arith.select arith.addf math.log "
            "arith.subf arith.cmpi arith.select arith.addf ";
  if (!text.consume_front(sum))
    return std::nullopt;
  if (text.empty())
    return 1.0;
  Operation *last = loss.getPredictions().front().getDefiningOp();
  DenseElementsAttr count;
  if (text != "arith.divf " || !isa<arith::DivFOp>(last) ||
      !matchPattern(last->getOperand(1), m_Constant(&count)))
    return std::nullopt;
  return 1.0 / count.getSplatValue<APFloat>().convertToDouble();
}

/// `factor * stream`.
static Value scale(OpBuilder &builder, Location loc, double factor,
                   Value stream) {
  if (factor == 1.0)
    return stream;
  auto map = pcflow::MapOp::create(builder, loc, stream.getType(), stream);
  OpBuilder::InsertionGuard guard(builder);
  Type element = cast<pcflow::StreamType>(stream.getType()).getElement();
  Block *body = builder.createBlock(&map.getBody(), {}, element, loc);
  Value constant = arith::ConstantOp::create(
      builder, loc, cast<TypedAttr>(builder.getFloatAttr(element, factor)));
  pcflow::YieldOp::create(
      builder, loc,
      arith::MulFOp::create(builder, loc, body->getArgument(0), constant)
          .getResult());
  return map.getResult();
}

FailureOr<Value> VertexUnits::buildLossError(ValueRange parents,
                                             unsigned index) {
  Location loc = getDerivativeLoc(vertex.getLoc());
  if (std::optional<double> factor = matchCrossEntropy(vertex)) {
    Value error =
        pcflow::SoftmaxErrorOp::create(builder, loc, parents[0], parents[1]);
    return scale(builder, loc, *factor, error);
  }
  OwningOpRef<ModuleOp> holder = ModuleOp::create(vertex.getLoc());
  Block &block = *holder->getBody();
  IRMapping mapping;
  llvm::SmallVector<Value> leaves;
  for (BlockArgument argument : vertex.getBody().getArguments()) {
    leaves.push_back(block.addArgument(argument.getType(), argument.getLoc()));
    mapping.map(argument, leaves.back());
  }
  OpBuilder inside = OpBuilder::atBlockEnd(&block);
  llvm::SmallVector<Operation *> ops;
  for (Operation &op : vertex.getBody().front().without_terminator())
    ops.push_back(inside.clone(op, mapping));
  Value value = mapping.lookup(vertex.getPredictions().front());
  Value one = createOne(inside, value);
  FailureOr<llvm::SmallVector<Value>> cotangents =
      buildBlockVJP(inside, ops, value, one, leaves[index]);
  if (failed(cotangents))
    return failure();
  if (!cotangents->front())
    return refuse(vertex, "the loss does not depend on its input");
  return buildMap(loc, shape.getStream(leaves[index].getType()),
                  cotangents->front(),
                  ArrayRef<Value>(leaves).take_front(parents.size()), parents,
                  /*scales=*/false);
}
