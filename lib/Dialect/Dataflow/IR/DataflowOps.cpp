// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What units do in a sample, and rules of single operations.

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"
#include "pc/Dialect/Dataflow/IR/Dataflow.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace mlir::pcflow;

#include "pc/Dialect/Dataflow/IR/DataflowInterfaces.cpp.inc"

#define GET_OP_CLASSES
#include "pc/Dialect/Dataflow/IR/DataflowOps.cpp.inc"

//===----------------------------------------------------------------------===//
// Runs
//===----------------------------------------------------------------------===//

llvm::SmallVector<Run> pcflow::getRatelessRuns(Operation *op) {
  return {Run{1,
              llvm::to_vector<2>(llvm::seq<unsigned>(0, op->getNumOperands())),
              llvm::to_vector<2>(llvm::seq<unsigned>(0, op->getNumResults()))}};
}

bool pcflow::isStrict(Operation *op) {
  auto graph = op->getParentOfType<GraphOp>();
  return graph && graph.getStrict();
}

/// Of a unit that takes `x` and gives `y`, then takes errors and gives
/// messages.
static llvm::SmallVector<Run> getRoundRuns(Operation *op, int64_t iterations) {
  auto sizeOf = [](Value stream) {
    return cast<StreamType>(stream.getType()).getSize();
  };
  int64_t inputs = sizeOf(op->getOperand(0)),
          outputs = sizeOf(op->getResult(0));
  bool strict = isStrict(op);
  llvm::SmallVector<Run> runs;
  for (int64_t round = 0; round <= iterations; ++round) {
    if (strict || round == 0) {
      runs.push_back({inputs, {0}, {}});
      runs.push_back({outputs, {}, {0}});
    }
    runs.push_back({outputs, {1}, {}});
    if (op->getNumResults() > 1)
      runs.push_back({inputs, {}, {1}});
  }
  return runs;
}

llvm::SmallVector<Run> LinearOp::getRuns(int64_t iterations) {
  return getRoundRuns(*this, iterations);
}

llvm::SmallVector<Run> ConvOp::getRuns(int64_t iterations) {
  return getRoundRuns(*this, iterations);
}

llvm::SmallVector<Run> PoolOp::getRuns(int64_t iterations) {
  return getRoundRuns(*this, iterations);
}

llvm::SmallVector<Run> RearrangeOp::getRuns(int64_t iterations) {
  int64_t vectors = getIsMessage() || isStrict(*this) ? iterations + 1 : 1;
  llvm::SmallVector<Run> runs;
  for (int64_t vector = 0; vector < vectors; ++vector)
    runs.append({{getInput().getType().getSize(), {0}, {}},
                 {getResult().getType().getSize(), {}, {0}}});
  return runs;
}

llvm::SmallVector<Run> LatchOp::getRuns(int64_t iterations) {
  int64_t size = getInput().getType().getSize();
  return {{size, {0}, {}}, {size * (iterations + 1), {}, {0}}};
}

llvm::SmallVector<Run> StateOp::getRuns(int64_t iterations) {
  int64_t size = getMessage().getType().getSize();
  return {{size, {}, {0}}, {size * iterations, {0}, {0}}, {size, {0}, {}}};
}

llvm::SmallVector<Run> ActivityOp::getRuns(int64_t iterations) {
  int64_t size = getPrediction().getType().getSize();
  llvm::SmallVector<Run> runs{
      {size, {0}, {0}}, {size, {}, {1}}, {size, {1}, {}}};
  for (int64_t round = 0; round < iterations; ++round) {
    runs.push_back({size, {}, {0}});
    runs.push_back({size, {0}, {1}});
    runs.push_back({size, {1}, {}});
  }
  return runs;
}

llvm::SmallVector<Run> FirstOp::getRuns(int64_t iterations) {
  int64_t size = getInput().getType().getSize();
  return {{size, {0}, {0}}, {size * iterations, {0}, {}}};
}

llvm::SmallVector<Run> SoftmaxErrorOp::getRuns(int64_t iterations) {
  int64_t size = getLogits().getType().getSize();
  llvm::SmallVector<Run> runs;
  for (int64_t round = 0; round <= (isStrict(*this) ? iterations : 0); ++round)
    runs.append({{size, {0}, {}}, {1, {1}, {}}, {size, {}, {0}}});
  return runs;
}

//===----------------------------------------------------------------------===//
// Rules
//===----------------------------------------------------------------------===//

YieldOp VertexOp::getYield() {
  return cast<YieldOp>(getBody().front().getTerminator());
}

LogicalResult VertexOp::verifyRegions() {
  if (getBody().getArgumentTypes() != getOperandTypes())
    return emitOpError("D7: expected body arguments of the ")
           << getNumOperands() << " types of the operands";
  auto yield = dyn_cast<YieldOp>(getBody().front().getTerminator());
  if (!yield || yield.getValues().getTypes() != getResultTypes())
    return emitOpError("D7: expected the body to yield the ")
           << getNumResults() << " types of the results";
  size_t answers = getAnswers() ? getAnswers()->size() : 0;
  if (answers != getUp().size())
    return emitOpError("D7: expected one answered parent for each of the ")
           << getUp().size() << " messages up, but got " << answers;
  for (auto [index, message] : llvm::enumerate(getUp())) {
    int64_t parent = getAnswered(index);
    if (parent < 0 || parent >= int64_t(getParents().size()))
      return emitOpError("D7: expected a parent below ")
             << getParents().size() << ", but message " << index << " answers "
             << parent;
    if (getParents()[parent].getType() != message.getType())
      return emitOpError("D7: expected message ")
             << index << " to have the type of parent " << parent << ", "
             << getParents()[parent].getType() << ", but got "
             << message.getType();
  }
  return success();
}

static WeightsOp lookup(Operation *op, FlatSymbolRefAttr name) {
  return name ? SymbolTable::lookupNearestSymbolFrom<WeightsOp>(op, name)
              : WeightsOp();
}

WeightsOp LearnerOpInterface::getWeightsOp() {
  return lookup(*this, getWeightsAttr());
}

WeightsOp LearnerOpInterface::getBiasOp() {
  return lookup(*this, getBiasAttr());
}

/// D8, as far as it is that of all units with rounds.
static LogicalResult verifyRounds(Operation *op) {
  Type input = op->getOperand(0).getType();
  Type error = op->getOperand(1).getType();
  Type prediction = op->getResult(0).getType();
  if (error != prediction)
    return op->emitOpError(
               "D8: expected an error of the type of the prediction, ")
           << prediction << ", but got " << error;
  if (op->getNumResults() > 1 && op->getResult(1).getType() != input)
    return op->emitOpError("D8: expected a message of the type of the input, ")
           << input << ", but got " << op->getResult(1).getType();
  return success();
}

/// D8, as far as it is that of all learners.
static LogicalResult verifyLearner(LearnerOpInterface op) {
  if (failed(verifyRounds(op)))
    return failure();
  if (op.getMomentumAttr() && !op.getRateAttr())
    return op.emitOpError("D8: has momentum, but no rate to learn with");
  if (op.getRows() % op.getPeRows())
    return op.emitOpError("D8: pe ")
           << op.getPeRows() << " does not divide the " << op.getRows()
           << " rows";
  return success();
}

LogicalResult LinearOp::verify() {
  if (failed(verifyLearner(*this)))
    return failure();
  if (getColumns() % getSimd())
    return emitOpError("D8: simd ") << getSimd() << " does not divide the "
                                    << getColumns() << " columns";
  return success();
}

static LogicalResult verifyImage(Operation *op, WindowAttr window) {
  int64_t words = cast<StreamType>(op->getOperand(0).getType()).getSize();
  if (words == window.getImageSize())
    return success();
  return op->emitOpError("D8: expected an input of the ")
         << window.getImageSize() << " words of the image, but got " << words;
}

LogicalResult ConvOp::verify() {
  int64_t words = getPrediction().getType().getSize();
  if (failed(verifyImage(*this, getWindow())))
    return failure();
  if (words % getPositions())
    return emitOpError("D8: expected a prediction of ")
           << getPositions() << " words for each channel, but got " << words;
  int64_t channels = getWindow().getImage()[0], groups = getGroups();
  if (channels % groups || getRows() % groups)
    return emitOpError("D8: expected ")
           << groups << " groups to divide the " << channels
           << " channels of the image and the " << getRows() << " rows";
  if (getGroupRows() % getPe())
    return emitOpError("D8: pe ") << getPe() << " does not divide the "
                                  << getGroupRows() << " rows of a group";
  return verifyLearner(*this);
}

LogicalResult PoolOp::verify() {
  WindowAttr window = getWindow();
  int64_t words = getPrediction().getType().getSize();
  int64_t positions = window.getPositions();
  if (failed(verifyImage(*this, window)))
    return failure();
  if (words != positions * window.getImage()[0])
    return emitOpError("D8: expected a prediction of ")
           << positions << " words for each of " << window.getImage()[0]
           << " channels, but got " << words;
  for (int64_t position : llvm::seq(positions))
    if (llvm::none_of(llvm::seq(window.getTaps()), [&](int64_t tap) {
          return window.getWord(position, tap).has_value();
        }))
      return emitOpError("D8: expected a word of the image under the window, "
                         "but at position ")
             << position << " there is none";
  return verifyRounds(*this);
}

unsigned RearrangeOp::getNumResultLoops() {
  return llvm::find(getTo(), 0) - getTo().begin();
}

int64_t RearrangeOp::getTerms() {
  int64_t terms = 1;
  for (int64_t size : getSizes().drop_front(getNumResultLoops()))
    terms *= size;
  return terms;
}

LogicalResult RearrangeOp::verify() {
  ArrayRef<int64_t> sizes = getSizes(), from = getFrom(), to = getTo();
  if (from.size() != sizes.size() || to.size() != sizes.size())
    return emitOpError("D8: expected a from and a to for each of ")
           << sizes.size() << " loops, but got " << from.size() << " and "
           << to.size();
  int64_t last = 0; // word that is read
  for (auto [size, stride] : llvm::zip_equal(sizes, from)) {
    if (size < 1 || stride < 0)
      return emitOpError("D8: expected loops of at least one step, forward");
    last += (size - 1) * stride;
  }
  if (last >= getInput().getType().getSize())
    return emitOpError("D8: expected to read ")
           << getInput().getType().getSize() << " words, but word " << last
           << " is read";
  unsigned loops = getNumResultLoops();
  int64_t words = 1;
  for (unsigned loop = loops; loop-- > 0; words *= sizes[loop])
    if (to[loop] != words)
      return emitOpError("D8: expected loop ")
             << loop << " to count words of the result by " << words
             << ", but got " << to[loop];
  if (llvm::any_of(to.drop_front(loops), [](int64_t way) { return way != 0; }))
    return emitOpError("D8: expected loops that are summed over behind those "
                       "that count the words of the result");
  if (words != getResult().getType().getSize())
    return emitOpError("D8: expected a result of ")
           << words << " words, but got " << getResult().getType().getSize();
  return success();
}

LogicalResult MapOp::verifyRegions() {
  Block &block = getBody().front();
  auto yield = dyn_cast<YieldOp>(block.getTerminator());
  if (block.getNumArguments() != getInputs().size() || !yield ||
      yield.getValues().size() != 1)
    return emitOpError("D9: expected a region of ")
           << getInputs().size() << " arguments and one yielded value";
  if (!llvm::all_of(block.getArgumentTypes(), llvm::IsaPred<FloatType>) ||
      !isa<FloatType>(yield.getValues().front().getType()))
    return emitOpError("D9: expected a region on floats");
  for (Value input : getInputs())
    if (cast<StreamType>(input.getType()).getSize() !=
        getResult().getType().getSize())
      return emitOpError("D9: expected operands of ")
             << getResult().getType().getSize() << " words, as the result has";
  return success();
}

int64_t MapOp::getLatency() {
  llvm::DenseMap<Value, int64_t> stages;
  int64_t longest = 1;
  for (Operation &op : getBody().front()) {
    int64_t before = 0;
    for (Value operand : op.getOperands())
      before = std::max(before, stages.lookup(operand));
    int64_t after = before + isa<arith::MulFOp, LookupOp>(op);
    for (Value result : op.getResults())
      stages[result] = after;
    longest = std::max(longest, after);
  }
  return longest;
}

LogicalResult LookupOp::verify() {
  size_t count = getKnots().size();
  if (count < 2 || !llvm::isPowerOf2_64(count - 1))
    return emitOpError("D10: expected 1 + a power of 2 knots, but got ")
           << count;
  return success();
}

//===----------------------------------------------------------------------===//
// Syntax
//===----------------------------------------------------------------------===//

ParseResult ForkOp::parse(OpAsmParser &parser, OperationState &result) {
  OpAsmParser::UnresolvedOperand input;
  StreamType type;
  int64_t count;
  if (parser.parseOperand(input) || parser.parseKeyword("into") ||
      parser.parseInteger(count) ||
      parser.parseOptionalAttrDict(result.attributes) || parser.parseColon() ||
      parser.parseCustomTypeWithFallback(type) ||
      parser.resolveOperand(input, type, result.operands))
    return failure();
  if (count < 1)
    return parser.emitError(parser.getNameLoc(), "expected at least one copy");
  result.addTypes(llvm::SmallVector<Type>(count, type));
  return success();
}

void ForkOp::print(OpAsmPrinter &printer) {
  printer << ' ' << getInput() << " into " << getNumResults();
  printer.printOptionalAttrDict((*this)->getAttrs());
  printer << " : ";
  printer.printStrippedAttrOrType(getInput().getType());
}
