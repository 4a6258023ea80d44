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

static bool isConstantLike(Value value) {
  Operation *op = value.getDefiningOp();
  return isa_and_nonnull<linalg::FillOp, arith::ConstantOp>(op);
}

pcflow::StreamType SampleShape::getStream(Type type) const {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || !tensor.hasStaticShape() || !tensor.getNumElements())
    return {};
  if (batch > 1 && (!tensor.getRank() || tensor.getDimSize(0) % batch))
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
         "of images (conv_2d_nchw_fchw) or signals (conv_1d_ncw_fcw), in "
         "groups "
         "as well, with a bias; pooling of both by maximum or sum; "
         "sums, copies and transposes of the words of a sample; elementwise "
         "arithmetic; losses mse and cross-entropy";
  return diag;
}

bool VertexUnits::isShared(Value value) const {
  if (isa<BlockArgument>(value))
    return isParameter(value);
  Operation *op = value.getDefiningOp();
  if (shape.batch > 1 && matchRearrange(value, shape.batch, true))
    return false; // a copy for each sample
  // What is written over is no source.
  auto structured = dyn_cast<linalg::LinalgOp>(op);
  llvm::SmallVector<Value> sources =
      structured ? structured.getDpsInputs()
                 : llvm::SmallVector<Value>(op->getOperands());
  bool reads = false;
  for (Value source : sources) {
    if (isa<RankedTensorType>(source.getType()) && !isConstantLike(source)) {
      reads = true;
      if (!isShared(source))
        return false;
    }
  }
  return reads;
}

pcflow::StreamType VertexUnits::getStream(Value value) const {
  return isShared(value) ? SampleShape().getStream(value.getType())
                         : shape.getStream(value.getType());
}

std::optional<RearrangeMatch> VertexUnits::matchRearranged(Value value) const {
  auto op = value.getDefiningOp<linalg::LinalgOp>();
  if (!op || op.getNumDpsInputs() != 1)
    return std::nullopt;
  bool shared = isShared(op.getDpsInputs().front());
  std::optional<RearrangeMatch> match =
      matchRearrange(value, shape.batch, shared);
  // Of parameters alone there is no batch.
  return match || !shared ? match : matchRearrange(value, 1, true);
}

bool VertexUnits::isLeaf(Value value) const {
  return isa<BlockArgument>(value) || matchLinear(value) || matchPool(value) ||
         matchRearranged(value);
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
  pcflow::StreamType type = getStream(root);
  if (failed(input))
    return failure();
  int64_t words = cast<pcflow::StreamType>(input->getType()).getSize();
  int64_t rows = 1;
  auto shaped = cast<RankedTensorType>(match.input.getType());
  if (!match.window && shaped.getRank() == 2)
    rows = shaped.getDimSize(0) / shape.batch;
  if (!type || (match.window && words != match.window.getImageSize()))
    return refuse(match.product, "its words are not those of a batch");
  if (rows == 1)
    return createLearner(root, match, *input, type);
  // Rows are positions of an image that is a row high: channels come first
  // there.
  int64_t columns = words / rows, results = type.getSize() / rows;
  match.window =
      pcflow::WindowAttr::get(builder.getContext(), {columns, 1, rows}, {1, 1},
                              {1, 1}, {1, 1}, {0, 0, 0, 0});
  FailureOr<Value> product = createLearner(
      root, match, turn(root.getLoc(), *input, rows, columns, false), type);
  if (failed(product))
    return failure();
  nodes.back().rows = rows;
  return turn(root.getLoc(), *product, results, rows, false);
}

/// The unit with the memory of `match`, in front of it `input`.
FailureOr<Value> VertexUnits::createLearner(Value root, LinearMatch match,
                                            Value input,
                                            pcflow::StreamType type) {
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
  Type up = sends ? input.getType() : Type();
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
                               input, hold, match.window, rate, momentum, one,
                               builder.getI64IntegerAttr(match.groups));
  else
    unit =
        pcflow::LinearOp::create(builder, root.getLoc(), type, up, weights,
                                 bias, input, hold, rate, momentum, one, one);
  // A parameter by itself takes errors, if only to let them go.
  if (sends || rule || !match.input)
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
    return refuse(obstacle, matchRearrange(obstacle->getResult(0), 1, false)
                                ? "it mixes the samples of a batch"
                                : "it is not elementwise");
  llvm::SmallVector<Value> inputs;
  bool isNeeded = false;
  for (Value leaf : leaves) {
    FailureOr<Value> input = lower(leaf);
    if (failed(input))
      return failure();
    inputs.push_back(*input);
    isNeeded |= isWanted(leaf);
  }
  pcflow::StreamType type = getStream(root);
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
  pcflow::StreamType type = getStream(root);
  if (failed(input))
    return failure();
  if (!type || input->getType() != getStream(match.input) ||
      match.window.getImageSize() !=
          cast<pcflow::StreamType>(input->getType()).getSize())
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

Value VertexUnits::createRearrange(Location loc, Value input,
                                   pcflow::StreamType type,
                                   ArrayRef<WordLoop> loops, bool isMessage) {
  llvm::SmallVector<int64_t> sizes, from, to;
  for (const WordLoop &loop : loops) {
    sizes.push_back(loop.size);
    from.push_back(loop.from);
    to.push_back(loop.to);
  }
  return pcflow::RearrangeOp::create(builder, loc, type, isMessage, input,
                                     sizes, from, to);
}

Value VertexUnits::turn(Location loc, Value input, int64_t rows,
                        int64_t columns, bool isMessage) {
  auto type = cast<pcflow::StreamType>(input.getType());
  return createRearrange(loc, input, type,
                         {{columns, 1, rows}, {rows, columns, 1}}, isMessage);
}

FailureOr<Value> VertexUnits::lowerRearrange(Value root, RearrangeMatch match) {
  FailureOr<Value> input = lower(match.input);
  if (failed(input))
    return failure();
  pcflow::StreamType type = getStream(root);
  if (!type)
    return refuse(root.getDefiningOp(), "its words are not those of a batch");
  if (isWanted(match.input))
    wantedValues.insert(root);
  Value result = createRearrange(root.getLoc(), *input, type, match.loops,
                                 /*isMessage=*/false);
  nodes.push_back({root, std::nullopt, {}, {}, {match.input}});
  nodes.back().rearrange = std::move(match);
  return result;
}

/// A parameter by itself is its product with a one, which comes when a parent
/// does: one in a sample or, strictly, in a round.
FailureOr<Value> VertexUnits::lowerParameter(BlockArgument root) {
  pcflow::StreamType type = getStream(root);
  if (vertex.getParents().empty() || !type)
    return refuse(vertex, "it reads a parameter, but no activity");
  Value parent = streams.lookup(vertex.getBody().getArgument(0));
  auto one =
      pcflow::StreamType::get(builder.getContext(), 1, type.getElement());
  Location loc = root.getLoc();
  auto number = pcflow::MapOp::create(
      builder, loc, one, createRearrange(loc, parent, one, {}, false));
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.createBlock(&number.getBody(), {}, type.getElement(), loc);
    Value value = arith::ConstantOp::create(
        builder, loc,
        cast<TypedAttr>(builder.getFloatAttr(type.getElement(), 1.0)));
    pcflow::YieldOp::create(builder, loc, value);
  }
  LinearMatch match;
  match.weights = root;
  return createLearner(root, match, number.getResult(), type);
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
  if (auto parameter = dyn_cast<BlockArgument>(root)) {
    FailureOr<Value> stream = lowerParameter(parameter);
    if (succeeded(stream))
      streams[root] = *stream;
    return stream;
  }
  std::optional<LinearMatch> match = matchLinear(root);
  bool isReshape =
      isa_and_nonnull<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(
          root.getDefiningOp());
  std::optional<PoolMatch> pool = matchPool(root);
  std::optional<RearrangeMatch> rearrange = matchRearranged(root);
  FailureOr<Value> stream = match       ? lowerLinear(root, *match)
                            : pool      ? lowerPool(root, *pool)
                            : rearrange ? lowerRearrange(root, *rearrange)
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
  Location loc = getDerivativeLoc(node.root.getLoc());
  auto sizeOf = [](Value stream) {
    return cast<pcflow::StreamType>(stream.getType()).getSize();
  };
  if (node.rows > 1)
    error = turn(loc, error, node.rows, sizeOf(error) / node.rows, true);
  node.unit->setOperand(1, error);
  hold.getDefiningOp()->erase();
  Value message = node.unit.getMessage();
  if (message && node.rows > 1)
    message = turn(loc, message, sizeOf(message) / node.rows, node.rows, true);
  if (message)
    errors[node.linear->input].push_back(message);
  return success();
}

void VertexUnits::answerPool(Node &node, Value error) {
  Value hold = node.pool.getError();
  node.pool.getErrorMutable().assign(error);
  hold.getDefiningOp()->erase();
  errors[node.leaves.front()].push_back(node.pool.getMessage());
}

Value pc::createOne(OpBuilder &builder, Value like) {
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
        buildMap(getDerivativeLoc(node.root.getLoc()), getStream(leaf),
                 cotangent, leaves, inputs,
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
    if (node.rearrange)
      errors[node.leaves.front()].push_back(createRearrange(
          getDerivativeLoc(node.root.getLoc()), sum,
          getStream(node.leaves.front()), node.rearrange->getAdjoint(),
          /*isMessage=*/true));
    else if (node.isWire)
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
