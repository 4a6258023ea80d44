// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each vertex becomes a process of its own: units that predict, that carry
// errors up and that learn, and a state for its error.

#include "Relaxation.h"
#include "VertexUnits.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Dominance.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/CSE.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "pc/Analysis/Locality.h"
#include "pc/Conversion/Passes.h"
#include "pc/Support/Names.h"
#include "pc/Support/Signature.h"

namespace mlir::pc {
#define GEN_PASS_DEF_CONVERTPCTODATAFLOW
#include "pc/Conversion/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;
using namespace mlir::pc;

namespace {

/// Builds the network of one graph.
class NetworkBuilder {
public:
  explicit NetworkBuilder(Relaxation &relaxation)
      : relaxation(relaxation), builder(relaxation.graph) {}

  LogicalResult build();
  pcflow::GraphOp network;

private:
  LogicalResult chooseShape();
  LogicalResult createGraph();
  LogicalResult createProcess(VertexOp vertex);
  LogicalResult createLoss();
  LogicalResult connect(VertexOp vertex);
  LogicalResult createOutputs();
  pcflow::VertexOp startProcess(VertexOpInterface vertex, unsigned messages,
                                ArrayRef<int64_t> answered, bool predicts);
  llvm::SmallVector<int64_t> getAnswered(VertexOpInterface vertex);
  Value createError(VertexOp vertex, ValueRange messages, Value &prediction);
  llvm::SmallVector<Value> repeatData(pcflow::VertexOp process);

  Relaxation &relaxation;
  OpBuilder builder;
  SampleShape shape;
  llvm::DenseMap<Value, Value> streams; // of values of the graph
  llvm::DenseMap<Operation *, pcflow::VertexOp> processes;
  llvm::DenseMap<Operation *, llvm::SmallVector<int64_t>> answers;
};

} // namespace

/// A product over a batch tells which dimension that is. Where it multiplies
/// several rows of a sample, the leading dimension is a multiple of the batch.
LogicalResult NetworkBuilder::chooseShape() {
  bool known = false;
  for (VertexOp vertex : getVertices(relaxation.graph)) {
    WalkResult walk = vertex.walk([&](Operation *op) {
      if (op->getNumResults() != 1)
        return WalkResult::advance();
      std::optional<LinearMatch> match = matchLinear(op->getResult(0));
      std::optional<PoolMatch> pool = matchPool(op->getResult(0));
      if (!match && !pool)
        return WalkResult::advance();
      auto type = cast<RankedTensorType>(
          (match ? match->input : pool->input).getType());
      bool isConvolution = match && match->window;
      if (!isConvolution && type.getRank() != (pool ? 4 : 2))
        return WalkResult::advance();
      int64_t batch = type.getDimSize(0);
      if (known && shape.batch % batch && batch % shape.batch) {
        vertex.emitOpError("has no circuit: its batch is ")
            << batch << ", that of other vertices " << shape.batch;
        return WalkResult::interrupt();
      }
      shape.batch = known ? std::min(batch, shape.batch) : batch;
      known = true;
      return WalkResult::advance();
    });
    if (walk.wasInterrupted())
      return failure();
  }
  return success();
}

LogicalResult NetworkBuilder::createGraph() {
  GraphOp graph = relaxation.graph;
  llvm::SmallVector<Attribute> names;
  llvm::SmallVector<Value> arguments;
  for (Value argument : graph.getBody().getArguments()) {
    unsigned index = cast<BlockArgument>(argument).getArgNumber();
    llvm::StringRef role = getArgRole(graph, index);
    if (role != roleInput && role != roleTarget)
      continue;
    if (!shape.getStream(argument.getType()))
      return graph.emitOpError("has no circuit: ")
             << role << " " << getArgName(graph, index) << " of type "
             << argument.getType() << " has no words for each of "
             << shape.batch << " samples";
    names.push_back(builder.getStringAttr(getArgName(graph, index)));
    arguments.push_back(argument);
  }
  llvm::StringRef stem = graph.getSymName();
  stem.consume_back(graphSuffix);
  network = pcflow::GraphOp::create(
      builder, graph.getLoc(), (stem + "_circuit").str(),
      builder.getArrayAttr(names), relaxation.iterations, shape.batch);
  network.setStrict(relaxation.strict);
  Block *body = builder.createBlock(&network.getBody());
  for (Value argument : arguments)
    streams[argument] = body->addArgument(shape.getStream(argument.getType()),
                                          argument.getLoc());
  return success();
}

/// The parents that are told something, by number.
llvm::SmallVector<int64_t>
NetworkBuilder::getAnswered(VertexOpInterface child) {
  llvm::SmallVector<int64_t> result;
  for (int64_t index : llvm::seq<int64_t>(child.getParents().size()))
    for (auto &[vertex, role] : relaxation.roles)
      for (const Message &message : role.messages)
        if (message.child == child && message.parent == index)
          result.push_back(index);
  return result;
}

/// The process without contents; messages to it hang in the air.
pcflow::VertexOp NetworkBuilder::startProcess(VertexOpInterface vertex,
                                              unsigned messages,
                                              ArrayRef<int64_t> answered,
                                              bool predicts) {
  llvm::SmallVector<Value> parents, held;
  llvm::SmallVector<Type> up, down;
  for (Value parent : vertex.getParents())
    parents.push_back(streams.lookup(parent));
  for (int64_t index : answered)
    up.push_back(parents[index].getType());
  if (predicts)
    down.push_back(shape.getStream(vertex->getResult(0).getType()));
  for (unsigned i = 0; i < messages; ++i)
    held.push_back(UnrealizedConversionCastOp::create(
                       builder, vertex.getLoc(), down.front(), ValueRange())
                       .getResult(0));
  auto process = pcflow::VertexOp::create(
      builder, vertex.getLoc(), down, up, vertex.getSymName(), parents, held,
      builder.getDenseI64ArrayAttr(answered));
  if (answered.empty())
    process.removeAnswersAttr();
  Block *body = &process.getBody().emplaceBlock();
  for (Value operand : process->getOperands())
    body->addArgument(operand.getType(), operand.getLoc());
  processes[vertex] = process;
  answers[vertex] = llvm::to_vector(answered);
  return process;
}

/// What a process reads of its parents. Data come once a sample, and have to be
/// there in every round where predictions are recomputed.
llvm::SmallVector<Value> NetworkBuilder::repeatData(pcflow::VertexOp process) {
  llvm::SmallVector<Value> result;
  for (auto [index, parent] : llvm::enumerate(process.getParents())) {
    Value argument = process.getBody().getArgument(index);
    result.push_back(
        relaxation.strict && isa<BlockArgument>(parent)
            ? pcflow::LatchOp::create(builder, argument.getLoc(), argument)
            : argument);
  }
  return result;
}

/// d: the sum of the messages, behind a state in hidden vertices; or, where
/// predictions are recomputed, what an activity differs from the prediction by,
/// and it is the activity that others read.
Value NetworkBuilder::createError(VertexOp vertex, ValueRange messages,
                                  Value &prediction) {
  Location loc = vertex.getLoc();
  Value error = messages.size() == 1
                    ? messages.front()
                    : Value(pcflow::SumOp::create(builder, loc, messages));
  if (std::optional<double> step = relaxation.roles[vertex].step) {
    if (relaxation.strict) {
      auto activity =
          pcflow::ActivityOp::create(builder, loc, prediction, error, *step);
      prediction = activity.getValue();
      error = activity.getError();
    } else {
      error = pcflow::StateOp::create(builder, loc, error,
                                      builder.getF64FloatAttr(*step));
    }
  }
  return pcflow::TapOp::create(builder, loc, vertex.getSymName(), error);
}

LogicalResult NetworkBuilder::createProcess(VertexOp vertex) {
  unsigned count = relaxation.roles[vertex].messages.size();
  if (!count)
    return vertex.emitOpError(
        "has no circuit: no path leads from it to the "
        "loss; the nearest that has: the model without it");
  if (vertex->getNumResults() != 1 ||
      !shape.getStream(vertex->getResult(0).getType()))
    return vertex.emitOpError("has no circuit: expected one result with words "
                              "for each of ")
           << shape.batch << " samples";
  for (Value parent : vertex.getParents()) {
    if (streams.lookup(parent))
      continue;
    if (parent.getDefiningOp()) // it has been refused already
      return failure();
    return vertex.emitOpError("has no circuit: its parent is neither data nor "
                              "another vertex; the nearest that has: products "
                              "of activities and parameters");
  }
  llvm::SmallVector<int64_t> answered = getAnswered(vertex);
  pcflow::VertexOp process = startProcess(vertex, count, answered, true);
  OpBuilder::InsertionGuard guard(builder);
  Block &body = process.getBody().front();
  builder.setInsertionPointToEnd(&body);

  llvm::DenseMap<int64_t, Learning> learning;
  unsigned parents = vertex.getParents().size();
  for (auto [index, parameter] : llvm::enumerate(vertex.getParameters()))
    if (auto rule = relaxation.learning.find(parameter);
        rule != relaxation.learning.end())
      learning.try_emplace(parents + index, rule->second);
  llvm::SmallVector<bool> wanted(parents, false);
  for (int64_t index : answered)
    wanted[index] = true;
  VertexUnits units(builder, vertex, shape, std::move(learning),
                    relaxation.strict);
  ValueRange arguments = body.getArguments();
  FailureOr<Value> prediction =
      units.buildPrediction(repeatData(process), wanted);
  if (failed(prediction))
    return failure();
  Value error = createError(vertex, arguments.drop_front(parents), *prediction);
  FailureOr<llvm::SmallVector<Value>> messages = units.buildMessages(error);
  if (failed(messages))
    return failure();
  llvm::SmallVector<Value> results{*prediction};
  llvm::append_range(results, *messages);
  pcflow::YieldOp::create(builder, vertex.getLoc(), results);
  streams[vertex->getResult(0)] = process->getResult(0);
  return success();
}

LogicalResult NetworkBuilder::createLoss() {
  LossOp loss = relaxation.graph.getLoss();
  for (Value parent : loss.getParents())
    if (!streams.lookup(parent))
      return loss.emitOpError("has no circuit: it reads what is neither data "
                              "nor the prediction of a vertex");
  if (!loss.getParameters().empty())
    return loss.emitOpError("has no circuit: it has parameters; the nearest "
                            "that has: mse or cross-entropy without any");
  llvm::SmallVector<int64_t> answered = getAnswered(loss);
  pcflow::VertexOp process = startProcess(loss, 0, answered, false);
  OpBuilder::InsertionGuard guard(builder);
  Block &body = process.getBody().front();
  builder.setInsertionPointToEnd(&body);
  llvm::SmallVector<Value> results;
  VertexUnits units(builder, loss, shape, llvm::DenseMap<int64_t, Learning>(),
                    relaxation.strict);
  llvm::SmallVector<Value> parents = repeatData(process);
  for (int64_t index : answered) {
    FailureOr<Value> error = units.buildLossError(parents, index);
    if (failed(error))
      return failure();
    results.push_back(
        relaxation.strict
            ? *error
            : Value(pcflow::LatchOp::create(
                  builder, getDerivativeLoc(loss.getLoc()), *error)));
  }
  pcflow::YieldOp::create(builder, loss.getLoc(), results);
  return success();
}

LogicalResult NetworkBuilder::connect(VertexOp vertex) {
  pcflow::VertexOp process = processes[vertex];
  unsigned first = process.getParents().size();
  for (auto [index, message] :
       llvm::enumerate(relaxation.roles[vertex].messages)) {
    pcflow::VertexOp child = processes.lookup(message.child);
    auto &answered = answers[message.child];
    unsigned position = llvm::find(answered, message.parent) - answered.begin();
    Value held = process->getOperand(first + index);
    process->setOperand(first + index, child.getUp()[position]);
    held.getDefiningOp()->erase();
  }
  return success();
}

LogicalResult NetworkBuilder::createOutputs() {
  GraphOp graph = relaxation.graph;
  Operation *end = graph.getBody().front().getTerminator();
  for (auto [index, value] : llvm::enumerate(end->getOperands())) {
    if (getResultRole(graph, index) != roleOutput)
      continue;
    Value stream = streams.lookup(value);
    if (!stream)
      return graph.emitOpError("has no circuit: output ")
             << getResultName(graph, index) << " is no prediction of a vertex";
    if (relaxation.strict)
      stream = pcflow::FirstOp::create(builder, value.getLoc(), stream);
    pcflow::OutputOp::create(builder, value.getLoc(),
                             getResultName(graph, index), stream);
  }
  return success();
}

LogicalResult NetworkBuilder::build() {
  separateRearrangements(relaxation.graph);
  if (failed(chooseShape()) || failed(createGraph()))
    return failure();
  auto vertices = getVertices(relaxation.graph);
  LogicalResult status = success();
  for (VertexOp vertex : vertices) // all that is unsupported in one go
    if (failed(createProcess(vertex)))
      status = failure();
    else if (!streams.lookup(vertex->getResult(0)))
      status = failure();
  if (failed(status) || failed(createLoss()))
    return failure();
  for (VertexOp vertex : vertices)
    if (failed(connect(vertex)))
      return failure();
  return createOutputs();
}

namespace {

/// d select(c, 1, 0) = select(c, d, 0): no multiplier for the slope of relu.
struct SelectByMask : OpRewritePattern<arith::MulFOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(arith::MulFOp op,
                                PatternRewriter &rewriter) const override {
    for (unsigned side : {0u, 1u}) {
      auto select = op->getOperand(side).getDefiningOp<arith::SelectOp>();
      if (!select || !matchPattern(select.getTrueValue(), m_OneFloat()) ||
          !matchPattern(select.getFalseValue(), m_AnyZeroFloat()))
        continue;
      rewriter.replaceOpWithNewOp<arith::SelectOp>(op, select.getCondition(),
                                                   op->getOperand(1 - side),
                                                   select.getFalseValue());
      return success();
    }
    return rewriter.notifyMatchFailure(op, "no factor is a mask");
  }
};

} // namespace

namespace {

/// x / c = x (1 / c): no table for a quotient by a constant.
struct MultiplyByInverse : OpRewritePattern<arith::DivFOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(arith::DivFOp op,
                                PatternRewriter &rewriter) const override {
    APFloat divisor(0.0f);
    if (!matchPattern(op.getRhs(), m_ConstantFloat(&divisor)) ||
        divisor.isZero())
      return rewriter.notifyMatchFailure(op, "its divisor is no constant");
    Value inverse = arith::ConstantOp::create(
        rewriter, op.getLoc(),
        rewriter.getFloatAttr(op.getType(), 1.0 / divisor.convertToDouble()));
    rewriter.replaceOpWithNewOp<arith::MulFOp>(op, op.getLhs(), inverse);
    return success();
  }
};

} // namespace

/// Folds what the derivative rules left in the expressions of maps, and writes
/// what they repeat once.
static void simplifyMaps(pcflow::GraphOp network) {
  RewritePatternSet patterns(network.getContext());
  for (RegisteredOperationName name :
       network.getContext()->getRegisteredOperations())
    if (isa<arith::ArithDialect, math::MathDialect>(name.getDialect()))
      name.getCanonicalizationPatterns(patterns, network.getContext());
  patterns.add<MultiplyByInverse, SelectByMask>(network.getContext());
  FrozenRewritePatternSet frozen(std::move(patterns));
  IRRewriter rewriter(network.getContext());
  network.walk([&](pcflow::MapOp map) {
    (void)applyPatternsGreedily(map.getBody(), frozen);
    DominanceInfo dominance(map);
    eliminateCommonSubExpressions(rewriter, dominance, map);
  });
}

/// The function to convert: one that learns, or else one that has gradients.
static FunctionOpInterface chooseFunction(ModuleOp module) {
  FunctionOpInterface chosen;
  for (auto function : module.getOps<FunctionOpInterface>()) {
    if (isa<GraphOp>(function) || function.isExternal() ||
        !isRelaxationLevel(function))
      continue;
    bool learns = !function.getFunctionBody().getOps<LearnOp>().empty();
    if (!chosen || learns)
      chosen = function;
  }
  return chosen;
}

namespace {

struct ConvertPCToDataflow
    : pc::impl::ConvertPCToDataflowBase<ConvertPCToDataflow> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    FunctionOpInterface function = chooseFunction(module);
    if (!function) {
      module.emitError("expected a function of the relaxation level; has "
                       "pc-expand-inference run, and nothing behind it that "
                       "lowers pc.vjp?");
      return signalPassFailure();
    }
    FailureOr<Relaxation> relaxation = readRelaxation(function);
    if (failed(relaxation))
      return signalPassFailure();
    NetworkBuilder network(*relaxation);
    if (failed(network.build()))
      return signalPassFailure();
    simplifyMaps(network.network);
    for (Operation &op : llvm::make_early_inc_range(*module.getBody())) {
      auto other = dyn_cast<FunctionOpInterface>(op);
      if (other && (isa<GraphOp>(op) || isRelaxationLevel(other)))
        op.erase();
    }
    numVertices +=
        std::distance(network.network.getOps<pcflow::VertexOp>().begin(),
                      network.network.getOps<pcflow::VertexOp>().end());
  }
};

} // namespace
