// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "VertexUnits.h"
#include "ScalarExpression.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "pc/Differentiation/BlockVJP.h"
#include "pc/Support/Names.h"
#include "pc/Support/Signature.h"

using namespace mlir;
using namespace mlir::pc;

pcflow::StreamType SampleShape::getStream(Type type) const {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || !tensor.hasStaticShape() || !tensor.getNumElements())
    return {};
  if (batch > 1 && (!tensor.getRank() || tensor.getDimSize(0) != batch))
    return {};
  Type element = tensor.getElementType();
  if (isa<IntegerType>(element)) // class labels
    element = IntegerType::get(type.getContext(), 32);
  else if (!isa<FloatType>(element))
    return {};
  return pcflow::StreamType::get(type.getContext(),
                                 tensor.getNumElements() / batch, element);
}

LogicalResult VertexUnits::refuse(Operation *op, const Twine &reason) {
  InFlightDiagnostic diag = op->emitOpError("of @")
                            << vertex.getSymName()
                            << " has no circuit: " << reason;
  diag.attachNote(vertex.getLoc())
      << "what has: products of activities and one parameter, and convolutions "
         "of images (conv_2d_nchw_fchw) in one group, with a bias; pooling of "
         "images by maximum or sum; elementwise arithmetic; losses mse and "
         "cross-entropy";
  return diag;
}

bool VertexUnits::isLeaf(Value value) const {
  return isa<BlockArgument>(value) || matchLinear(value) || matchPool(value);
}

bool VertexUnits::isWanted(Value value) const {
  return wantedValues.contains(value);
}

//===----------------------------------------------------------------------===//
// Prediction
//===----------------------------------------------------------------------===//

LogicalResult VertexUnits::addWeights(Value parameter, bool transposed) {
  unsigned index = cast<BlockArgument>(parameter).getArgNumber();
  Value argument = vertex->getOperand(index);
  auto graph = vertex->getParentOfType<GraphOp>();
  unsigned number = cast<BlockArgument>(argument).getArgNumber();
  std::string name = getArgName(graph, number);
  auto value = graph.getArgAttrOfType<ElementsAttr>(number, valueAttrName);
  auto type = cast<RankedTensorType>(argument.getType());
  if (!value)
    value = DenseElementsAttr::get(type,
                                   builder.getZeroAttr(type.getElementType()));
  for (Operation &op : *builder.getBlock())
    if (auto other = dyn_cast<pcflow::WeightsOp>(op))
      if (other.getSymName() == name)
        return refuse(vertex, "it reads the parameter " + name + " twice");
  pcflow::WeightsOp::create(
      builder, argument.getLoc(), builder.getStringAttr(name), value,
      transposed ? builder.getUnitAttr() : UnitAttr(), DenseI64ArrayAttr());
  return success();
}

static FlatSymbolRefAttr getParameterRef(VertexOpInterface vertex,
                                         Value parameter) {
  Value argument =
      vertex->getOperand(cast<BlockArgument>(parameter).getArgNumber());
  return FlatSymbolRefAttr::get(
      vertex.getContext(),
      getArgName(vertex->getParentOfType<GraphOp>(),
                 cast<BlockArgument>(argument).getArgNumber()));
}

FailureOr<Value> VertexUnits::lowerLinear(Value root, LinearMatch match) {
  FailureOr<Value> input = lower(match.input);
  pcflow::StreamType type = shape.getStream(root.getType());
  if (failed(input))
    return failure();
  if (!type)
    return refuse(match.product, "its words are not those of a batch");
  if (failed(addWeights(match.weights, match.transposed)) ||
      (match.bias && failed(addWeights(match.bias, false))))
    return failure();
  auto ruleOf = [&](Value parameter) {
    auto entry = learning.find(cast<BlockArgument>(parameter).getArgNumber());
    return entry == learning.end() ? std::optional<Learning>() : entry->second;
  };
  std::optional<Learning> rule = ruleOf(match.weights);
  if (match.bias && !(ruleOf(match.bias) == rule))
    return refuse(match.product, "weights and bias learn in different ways");
  bool sends = isWanted(match.input);
  // The error comes later: until then the unit reads its own prediction.
  Value hold = UnrealizedConversionCastOp::create(builder, root.getLoc(),
                                                  Type(type), ValueRange())
                   .getResult(0);
  Type up = sends ? input->getType() : Type();
  FlatSymbolRefAttr weights = getParameterRef(vertex, match.weights);
  FlatSymbolRefAttr bias =
      match.bias ? getParameterRef(vertex, match.bias) : FlatSymbolRefAttr();
  FloatAttr rate = rule ? builder.getF64FloatAttr(rule->rate) : FloatAttr();
  FloatAttr momentum = rule && rule->momentum
                           ? builder.getF64FloatAttr(*rule->momentum)
                           : FloatAttr();
  IntegerAttr one = builder.getI64IntegerAttr(1);
  pcflow::LearnerOpInterface unit;
  if (match.window)
    unit =
        pcflow::ConvOp::create(builder, root.getLoc(), type, up, weights, bias,
                               *input, hold, match.window, rate, momentum, one);
  else
    unit =
        pcflow::LinearOp::create(builder, root.getLoc(), type, up, weights,
                                 bias, *input, hold, rate, momentum, one, one);
  if (sends || rule)
    wantedValues.insert(root);
  nodes.push_back({root, match, unit, {}, {match.input}});
  return unit->getResult(0);
}

FailureOr<Value> VertexUnits::buildMap(Location loc, pcflow::StreamType type,
                                       Value root, ArrayRef<Value> leaves,
                                       ValueRange inputs, bool scales) {
  auto map = pcflow::MapOp::create(builder, loc, type, inputs);
  OpBuilder::InsertionGuard guard(builder);
  Block *body = builder.createBlock(&map.getBody());
  ScalarExpression expression(builder);
  if (scales)
    body->addArgument(getElementTypeOrSelf(root), loc);
  for (Value leaf : leaves)
    expression.setLeaf(
        leaf, body->addArgument(getElementTypeOrSelf(leaf), leaf.getLoc()));
  Value result = expression.build(root);
  if (!result)
    return refuse(expression.getObstacle(), "it is not elementwise");
  if (scales)
    result = arith::MulFOp::create(builder, loc, body->getArgument(0), result);
  pcflow::YieldOp::create(builder, loc, result);
  // Operands that the expression does not need after all.
  for (unsigned index = body->getNumArguments(); index-- > 0;)
    if (body->getArgument(index).use_empty()) {
      body->eraseArgument(index);
      map->eraseOperand(index);
    }
  return map.getResult();
}

FailureOr<Value> VertexUnits::lowerMap(Value root) {
  llvm::SetVector<Operation *> ops;
  llvm::SetVector<Value> leaves;
  if (Operation *obstacle = collectElementwise(
          root, [&](Value value) { return isLeaf(value); }, ops, leaves))
    return refuse(obstacle, "it is not elementwise");
  llvm::SmallVector<Value> inputs;
  bool isNeeded = false;
  for (Value leaf : leaves) {
    FailureOr<Value> input = lower(leaf);
    if (failed(input))
      return failure();
    inputs.push_back(*input);
    isNeeded |= isWanted(leaf);
  }
  pcflow::StreamType type = shape.getStream(root.getType());
  if (leaves.empty() || !type)
    return refuse(root.getDefiningOp(), "its words are not those of a batch");
  if (isNeeded)
    wantedValues.insert(root);
  nodes.push_back(
      {root, std::nullopt, {}, ops.takeVector(), leaves.takeVector()});
  return buildMap(root.getLoc(), type, root, nodes.back().leaves, inputs,
                  /*scales=*/false);
}

FailureOr<Value> VertexUnits::lowerPool(Value root, PoolMatch match) {
  FailureOr<Value> input = lower(match.input);
  pcflow::StreamType type = shape.getStream(root.getType());
  if (failed(input))
    return failure();
  if (!type)
    return refuse(root.getDefiningOp(), "its words are not those of a batch");
  if (!isWanted(match.input))
    return refuse(root.getDefiningOp(),
                  "its input is data, so nothing learns from its errors; "
                  "compute it on the host");
  Value hold = UnrealizedConversionCastOp::create(builder, root.getLoc(),
                                                  Type(type), ValueRange())
                   .getResult(0);
  auto unit =
      pcflow::PoolOp::create(builder, root.getLoc(), type, input->getType(),
                             match.isMax, *input, hold, match.window);
  wantedValues.insert(root);
  nodes.push_back(
      {root, std::nullopt, {}, {}, {match.input}, /*isWire=*/false, unit});
  return unit.getPrediction();
}

/// A wire: words keep their order.
FailureOr<Value> VertexUnits::lowerReshape(Value root) {
  Value source = root.getDefiningOp()->getOperand(0);
  FailureOr<Value> stream = lower(source);
  if (failed(stream))
    return failure();
  if (isWanted(source))
    wantedValues.insert(root);
  nodes.push_back({root, std::nullopt, {}, {}, {source}, /*isWire=*/true});
  return stream;
}

FailureOr<Value> VertexUnits::lower(Value root) {
  if (Value stream = streams.lookup(root))
    return stream;
  if (isa<BlockArgument>(root))
    return refuse(vertex, "it reads a parameter outside of a product with "
                          "activities; with node granularity a bias is part of "
                          "its product");
  std::optional<LinearMatch> match = matchLinear(root);
  bool isReshape =
      isa_and_nonnull<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(
          root.getDefiningOp());
  std::optional<PoolMatch> pool = matchPool(root);
  FailureOr<Value> stream = match       ? lowerLinear(root, *match)
                            : pool      ? lowerPool(root, *pool)
                            : isReshape ? lowerReshape(root)
                                        : lowerMap(root);
  if (succeeded(stream))
    streams[root] = *stream;
  return stream;
}

FailureOr<Value> VertexUnits::buildPrediction(ValueRange parents,
                                              ArrayRef<bool> wanted) {
  Block &body = vertex.getBody().front();
  for (auto [index, parent] : llvm::enumerate(parents)) {
    streams[body.getArgument(index)] = parent;
    if (wanted[index])
      wantedValues.insert(body.getArgument(index));
  }
  return lower(vertex.getPredictions().front());
}

//===----------------------------------------------------------------------===//
// Messages
//===----------------------------------------------------------------------===//

/// The sum of what the readers of `root` say of it, or null.
Value VertexUnits::takeError(Value root) {
  llvm::SmallVector<Value> &terms = errors[root];
  if (terms.empty())
    return Value();
  return terms.size() == 1
             ? terms.front()
             : Value(pcflow::SumOp::create(builder, root.getLoc(), terms));
}

Value VertexUnits::getLatch(Value leaf) {
  if (strict)
    return streams[leaf];
  Value &latch = latches[leaf];
  if (!latch)
    latch = pcflow::LatchOp::create(builder, leaf.getLoc(), streams[leaf]);
  return latch;
}

LogicalResult VertexUnits::answerLinear(Node &node, Value error) {
  Value hold = node.unit.getError();
  node.unit->setOperand(1, error);
  hold.getDefiningOp()->erase();
  if (Value message = node.unit.getMessage())
    errors[node.linear->input].push_back(message);
  return success();
}

void VertexUnits::answerPool(Node &node, Value error) {
  Value hold = node.pool.getError();
  node.pool.getErrorMutable().assign(error);
  hold.getDefiningOp()->erase();
  errors[node.leaves.front()].push_back(node.pool.getMessage());
}

/// Ones of the type of `like`.
static Value createOne(OpBuilder &builder, Value like) {
  auto type = cast<RankedTensorType>(like.getType());
  return arith::ConstantOp::create(
      builder, like.getLoc(),
      DenseElementsAttr::get(type,
                             builder.getFloatAttr(type.getElementType(), 1.0)));
}

/// g = d f'(x): the derivative is built for d = 1, so that it depends on frozen
/// activities alone, often on one, which makes it a table.
LogicalResult VertexUnits::answerMap(Node &node, Value error) {
  // A copy of the expression, because derivatives are built behind it.
  OwningOpRef<ModuleOp> holder = ModuleOp::create(vertex.getLoc());
  Block &block = *holder->getBody();
  IRMapping mapping;
  llvm::SmallVector<Value> leaves;
  for (Value leaf : node.leaves) {
    leaves.push_back(block.addArgument(leaf.getType(), leaf.getLoc()));
    mapping.map(leaf, leaves.back());
  }
  OpBuilder inside = OpBuilder::atBlockEnd(&block);
  llvm::SmallVector<Operation *> ops;
  for (Operation *op : node.ops)
    ops.push_back(inside.clone(*op, mapping));
  Value seed = createOne(inside, node.root);
  llvm::SmallVector<Value> wanted;
  for (auto [leaf, copy] : llvm::zip_equal(node.leaves, leaves))
    if (isWanted(leaf))
      wanted.push_back(copy);
  FailureOr<llvm::SmallVector<Value>> cotangents =
      buildBlockVJP(inside, ops, mapping.lookup(node.root), seed, wanted);
  if (failed(cotangents))
    return failure();
  llvm::SmallVector<Value> inputs{error};
  for (Value leaf : node.leaves)
    inputs.push_back(getLatch(leaf));
  auto next = cotangents->begin();
  for (Value leaf : node.leaves) {
    if (!isWanted(leaf))
      continue;
    Value cotangent = *next++;
    if (!cotangent)
      return refuse(node.root.getDefiningOp(), "its derivative is zero");
    FailureOr<Value> message =
        buildMap(getDerivativeLoc(node.root.getLoc()),
                 shape.getStream(leaf.getType()), cotangent, leaves, inputs,
                 /*scales=*/true);
    if (failed(message))
      return failure();
    errors[leaf].push_back(*message);
  }
  return success();
}

FailureOr<llvm::SmallVector<Value>> VertexUnits::buildMessages(Value error) {
  errors[vertex.getPredictions().front()].push_back(error);
  for (Node &node : llvm::reverse(nodes)) {
    Value sum = takeError(node.root);
    if (!isWanted(node.root)) {
      if (node.unit) // frozen weights of data: their unit needs an error
        return refuse(node.root.getDefiningOp(),
                      "its weights are frozen and its input is data, so "
                      "nothing learns from it; compute it on the host");
      continue;
    }
    if (node.isWire)
      errors[node.leaves.front()].push_back(sum);
    else if (node.pool)
      answerPool(node, sum);
    else if (failed(node.linear ? answerLinear(node, sum)
                                : answerMap(node, sum)))
      return failure();
  }
  llvm::SmallVector<Value> messages;
  for (unsigned index : llvm::seq<unsigned>(vertex.getParents().size())) {
    Value parent = vertex.getBody().getArgument(index);
    if (isWanted(parent))
      messages.push_back(takeError(parent));
  }
  for (auto &[leaf, latch] : latches)
    if (latch.use_empty())
      latch.getDefiningOp()->erase();
  return messages;
}

//===----------------------------------------------------------------------===//
// Loss
//===----------------------------------------------------------------------===//

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
