// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Tables.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "pc/Dialect/Dataflow/Analysis/Ranges.h"
#include "pc/Dialect/Dataflow/Transforms/Passes.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

namespace mlir::pcflow {
#define GEN_PASS_DEF_QUANTIZE
#include "pc/Dialect/Dataflow/Transforms/Passes.h.inc"
} // namespace mlir::pcflow

using namespace mlir;
using namespace mlir::pcflow;

/// What a map computes without a table.
static bool isNative(Operation *op) {
  return isa<arith::AddFOp, arith::SubFOp, arith::MulFOp, arith::NegFOp,
             arith::MaximumFOp, arith::MaxNumFOp, arith::MinimumFOp,
             arith::MinNumFOp, arith::CmpFOp, arith::SelectOp,
             arith::ConstantOp, LookupOp, YieldOp>(op);
}

namespace {

/// Which arguments of a map each value depends on.
class Support {
public:
  explicit Support(Block &block) : count(block.getNumArguments()) {
    for (BlockArgument argument : block.getArguments()) {
      words[argument].resize(count);
      words[argument].set(argument.getArgNumber());
    }
    for (Operation &op : block)
      for (Value result : op.getResults()) {
        llvm::BitVector &bits = words[result];
        bits.resize(count);
        bool needsTable = !isNative(&op);
        for (Value operand : op.getOperands()) {
          bits |= words[operand];
          needsTable |= tables.contains(operand);
        }
        if (needsTable)
          tables.insert(result);
      }
  }

  unsigned getNumWords(Value value) const {
    return words.find(value)->second.count();
  }
  unsigned getOnlyWord(Value value) const {
    return words.find(value)->second.find_first();
  }
  /// Whether anything that `value` is computed by has no native form.
  bool needsTable(Value value) const { return tables.contains(value); }

private:
  unsigned count;
  llvm::DenseMap<Value, llvm::BitVector> words; // never iterated
  llvm::DenseSet<Value> tables;
};

class Quantizer {
public:
  Quantizer(GraphOp graph, WordType format, int64_t segments)
      : graph(graph), format(format), segments(segments) {}

  LogicalResult run();
  unsigned numTables = 0;

private:
  LogicalResult tabulate(MapOp map);
  llvm::SetVector<Value> chooseTables(Block &block, const Support &support);
  LogicalResult replaceByTable(Value value, Value word);
  LogicalResult tabulateSoftmax(SoftmaxErrorOp op);
  LogicalResult checkConstants();
  LogicalResult fillMemory(WeightsOp weights);
  void setTypes();

  GraphOp graph;
  WordType format;
  int64_t segments;
};

} // namespace

LogicalResult Quantizer::replaceByTable(Value value, Value word) {
  Operation *unknown = nullptr;
  auto function = [&](double x) {
    double result = std::nan("");
    if (Operation *op = evaluate(value, word, x, result))
      unknown = op;
    return result;
  };
  FailureOr<Table> table = makeTable(function, format, segments);
  if (unknown)
    return unknown->emitOpError("has no table: its function is not known here");
  if (failed(table) && format.isFloat())
    return value.getDefiningOp()->emitOpError(
               "has no table of f32: expected an error of at most ")
           << largestSingleError << " for all floats with " << segments
           << " pieces; the nearest that has one: more pieces, a function that "
              "ends up constant, or words of fixed<W,F>";
  if (failed(table))
    return value.getDefiningOp()->emitOpError(
        "has no table: it has no value for some words of the format");
  OpBuilder builder(value.getDefiningOp());
  auto lookup = LookupOp::create(builder, value.getLoc(), value.getType(), word,
                                 table->knots, table->range,
                                 builder.getF64FloatAttr(table->error));
  value.replaceAllUsesWith(lookup.getResult());
  ++numTables;
  return success();
}

/// The values that tables stand for. Of fixed-point words, the last ones that
/// depend on one word alone; of floats, the last of those that have no unit:
/// sums and products reach as far as floats do, tables do not.
llvm::SetVector<Value> Quantizer::chooseTables(Block &block,
                                               const Support &support) {
  llvm::SetVector<Value> values;
  if (format.isFloat()) {
    // Nobody reads them but expressions that have no unit.
    llvm::DenseSet<Value> inside;
    auto isInside = [&](Operation *reader) {
      return !isNative(reader) ||
             llvm::any_of(reader->getResults(),
                          [&](Value value) { return inside.contains(value); });
    };
    for (Operation &op : llvm::reverse(block.without_terminator()))
      for (Value value : op.getResults()) {
        if (llvm::all_of(value.getUsers(), isInside))
          inside.insert(value);
        else if (!isNative(&op) && support.getNumWords(value) <= 1 &&
                 isa<FloatType>(value.getType()))
          values.insert(value);
      }
    return llvm::SetVector<Value>(values.rbegin(), values.rend());
  }
  for (Operation &op : block.without_terminator())
    for (Value value : op.getResults()) {
      if (!support.needsTable(value) || support.getNumWords(value) > 1)
        continue;
      // What is made of tables natively needs none of its own.
      bool isDone =
          isNative(&op) && llvm::all_of(op.getOperands(), [&](Value x) {
            return !support.needsTable(x) || values.contains(x);
          });
      if (isDone)
        continue;
      // Only the last value that still depends on that word alone.
      bool isLast = llvm::any_of(value.getUsers(), [&](Operation *user) {
        return user->getNumResults() == 0 ||
               support.getNumWords(user->getResult(0)) !=
                   support.getNumWords(value);
      });
      if (isLast && isa<FloatType>(value.getType()))
        values.insert(value);
    }
  return values;
}

LogicalResult Quantizer::tabulate(MapOp map) {
  Block &block = map.getBody().front();
  Support support(block);
  llvm::SetVector<Value> values = chooseTables(block, support);
  // The last ones first: what is replaced is no longer there to evaluate.
  for (Value value : llvm::reverse(values)) {
    if (!support.getNumWords(value)) { // a constant that nobody folded
      double number = 0;
      if (Operation *op = evaluate(value, Value(), 0.0, number))
        return op->emitOpError("has no table: its function is not known here");
      OpBuilder builder(value.getDefiningOp());
      value.replaceAllUsesWith(arith::ConstantOp::create(
          builder, value.getLoc(),
          builder.getFloatAttr(value.getType(), number)));
    } else if (failed(replaceByTable(
                   value, block.getArgument(support.getOnlyWord(value))))) {
      return failure();
    }
  }
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
    if (op.use_empty() && !op.hasTrait<OpTrait::IsTerminator>())
      op.erase();
  for (Operation &op : block)
    if (!isNative(&op))
      return op.emitOpError("has no unit: it depends on more than one word; "
                            "the nearest that has: sums, products, extrema and "
                            "selections of functions of one word");
  return success();
}

LogicalResult Quantizer::tabulateSoftmax(SoftmaxErrorOp op) {
  auto function = [](double x) { return std::exp(std::min(x, 0.0)); };
  FailureOr<Table> table = makeTable(function, format, segments);
  if (failed(table))
    return op.emitOpError("has no table in this format");
  op.setKnots(table->knots);
  op.setRange(table->range);
  op.setTableError(APFloat(table->error));
  ++numTables;
  return success();
}

/// The elements of a float tensor that is written out, or kept as a resource of
/// f32 or f64.
static FailureOr<llvm::SmallVector<double>> readNumbers(ElementsAttr value) {
  llvm::SmallVector<double> numbers;
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(value)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    Type type = resource.getElementType();
    size_t count = resource.getNumElements();
    if (blob && type.isF32() && blob->getData().size() == count * sizeof(float))
      llvm::append_range(numbers, blob->getDataAs<float>());
    else if (blob && type.isF64() &&
             blob->getData().size() == count * sizeof(double))
      llvm::append_range(numbers, blob->getDataAs<double>());
    else
      return failure();
    return numbers;
  }
  auto dense = dyn_cast<DenseElementsAttr>(value);
  if (!dense || !isa<FloatType>(dense.getElementType()))
    return failure();
  for (APFloat number : dense.getValues<APFloat>()) {
    bool loses;
    number.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &loses);
    numbers.push_back(number.convertToDouble());
  }
  return numbers;
}

LogicalResult Quantizer::fillMemory(WeightsOp weights) {
  auto type = cast<ShapedType>(weights.getValue().getType());
  FailureOr<llvm::SmallVector<double>> numbers =
      readNumbers(weights.getValue());
  if (failed(numbers))
    return weights.emitOpError(
        "expected its value in the module, as floats or a resource of f32 or "
        "f64");
  llvm::SmallVector<double> &values = *numbers;
  llvm::SmallVector<int64_t> words;
  int64_t columns = type.getRank() == 2 ? type.getDimSize(1) : 1;
  int64_t rows = type.getNumElements() / columns;
  bool transposed = weights.getTransposed();
  for (int64_t row = 0; row < (transposed ? columns : rows); ++row)
    for (int64_t column = 0; column < (transposed ? rows : columns); ++column)
      words.push_back(toWord(transposed ? values[column * columns + row]
                                        : values[row * columns + column],
                             format));
  weights.setInitial(words);
  return success();
}

/// Steps, rates and momenta have 16 bits behind the point; of f32 they are
/// words.
LogicalResult Quantizer::checkConstants() {
  if (format.isFloat())
    return success();
  auto check = [](Operation *op, llvm::StringRef name,
                  double value) -> LogicalResult {
    if (value == 0.0 || (value >= 0x1p-17 && value < 4.0 - 0x1p-17))
      return success();
    return op->emitOpError("has no circuit: expected a ")
           << name << " of 2^-16 to 4, but got " << value;
  };
  WalkResult walk = graph.walk([&](Operation *op) {
    LogicalResult status = success();
    if (auto state = dyn_cast<StateOp>(op))
      status = check(op, "step", state.getStep().convertToDouble());
    if (auto activity = dyn_cast<ActivityOp>(op))
      status = check(op, "step", activity.getStep().convertToDouble());
    if (auto learner = dyn_cast<LearnerOpInterface>(op)) {
      if (FloatAttr rate = learner.getRateAttr())
        status = check(op, "rate", rate.getValueAsDouble());
      if (FloatAttr momentum = learner.getMomentumAttr();
          succeeded(status) && momentum)
        status = check(op, "momentum", momentum.getValueAsDouble());
    }
    return failed(status) ? WalkResult::interrupt() : WalkResult::advance();
  });
  return success(!walk.wasInterrupted());
}

void Quantizer::setTypes() {
  auto convert = [&](Value value) {
    auto stream = dyn_cast<StreamType>(value.getType());
    if (stream && isa<FloatType>(stream.getElement()))
      value.setType(
          StreamType::get(graph.getContext(), stream.getSize(), format));
  };
  for (Value argument : graph.getBody().getArguments())
    convert(argument);
  graph.walk([&](Operation *op) {
    llvm::for_each(op->getResults(), convert);
    if (auto vertex = dyn_cast<VertexOp>(op))
      llvm::for_each(vertex.getBody().getArguments(), convert);
  });
}

LogicalResult Quantizer::run() {
  if (failed(checkConstants()))
    return failure();
  WalkResult walk = graph.walk([&](Operation *op) {
    LogicalResult status = success();
    if (auto map = dyn_cast<MapOp>(op))
      status = tabulate(map);
    else if (auto softmax = dyn_cast<SoftmaxErrorOp>(op))
      status = tabulateSoftmax(softmax);
    else if (auto weights = dyn_cast<WeightsOp>(op))
      status = fillMemory(weights);
    return failed(status) ? WalkResult::interrupt() : WalkResult::advance();
  });
  if (walk.wasInterrupted())
    return failure();
  setTypes();
  return success();
}

namespace {

struct Quantize : pcflow::impl::QuantizeBase<Quantize> {
  using QuantizeBase::QuantizeBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    // Of fixed<W> the bits behind the point are chosen for each graph.
    bool isFloat = format == "f32";
    bool chooses = !isFloat && !format.getValue().empty() &&
                   !llvm::StringRef(format.getValue()).contains(',');
    std::string text = isFloat ? "single" : format.getValue();
    if (chooses && text.back() == '>')
      text.insert(text.size() - 1, ",1");
    auto type =
        dyn_cast_or_null<WordType>(parseType("!pcflow." + text, &getContext()));
    if (!type || type.isFloat() != isFloat) {
      module.emitError("pcflow-quantize: expected a format fixed<W,F>, "
                       "fixed<W> or f32, but got ")
          << format.getValue();
      return signalPassFailure();
    }
    if (!llvm::isPowerOf2_32(segments) ||
        llvm::Log2_32(segments) > type.getWidth()) {
      module.emitError("pcflow-quantize: expected a power of 2 up to 2^")
          << type.getWidth() << " of segments, but got " << unsigned(segments);
      return signalPassFailure();
    }
    for (auto graph : module.getOps<GraphOp>()) {
      if (isQuantized(graph))
        continue;
      FailureOr<WordType> chosen =
          chooses ? choose(graph, type.getWidth()) : FailureOr<WordType>(type);
      if (failed(chosen))
        return signalPassFailure();
      Quantizer quantizer(graph, *chosen, segments);
      if (failed(quantizer.run()))
        return signalPassFailure();
      numTables += quantizer.numTables;
    }
  }

private:
  /// What ranges are of a copy of the graph in this format.
  FailureOr<RangeFacts> tryFormat(GraphOp graph, FixedType type) {
    OwningOpRef<GraphOp> copy = graph.clone();
    Quantizer quantizer(*copy, type, segments);
    if (failed(quantizer.run()))
      return failure();
    return analyzeRanges(*copy, inputs);
  }

  /// The most bits behind the point with which no word can be saturated.
  FailureOr<WordType> choose(GraphOp graph, unsigned width) {
    unsigned fits = 0, many = width; // bits that leave room, that do not
    for (unsigned bits = width - 1; many - fits > 1; bits = (fits + many) / 2) {
      auto type = FixedType::get(&getContext(), width, bits);
      FailureOr<RangeFacts> facts = tryFormat(graph, type);
      if (failed(facts))
        return failure();
      (facts->inputsFit && facts->saturating.empty() ? fits : many) = bits;
    }
    if (fits)
      return WordType(FixedType::get(&getContext(), width, fits));
    return graph.emitOpError("has no format of ")
           << width << " bits with room for every word where inputs keep to "
           << llvm::formatv("{0:f2}", double(inputs)).str()
           << "; the nearest that has one: more bits, smaller inputs, or "
              "fixed<W,F>, which saturates";
  }

  static bool isQuantized(GraphOp graph) {
    return llvm::none_of(graph.getBody().getArgumentTypes(), [](Type type) {
      return isa<FloatType>(cast<StreamType>(type).getElement());
    });
  }
};

} // namespace
