// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A circuit as a program of its own, in exact integers: bench/model.h has the
// units, this says which ones there are and how they are connected.

#include "Design.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace mlir;
using namespace mlir::pcflow;
using llvm::formatv;

namespace {

class ModelWriter {
public:
  ModelWriter(GraphOp graph, FixedType format)
      : graph(graph), format(format), names(graph) {}

  FailureOr<std::string> write();

private:
  void writeParameter(WeightsOp op, bool moves);
  void writeLearner(LearnerOpInterface op);
  LogicalResult writeMap(MapOp op);
  LogicalResult writeUnit(Operation *op);
  /// A table of knots, by name.
  std::string writeTable(ArrayRef<int64_t> knots);
  FailureOr<std::string> express(Operation &op,
                                 llvm::DenseMap<Value, std::string> &words);
  void add(Operation *op, llvm::StringRef kind, const llvm::Twine &arguments);
  void connect(Operation *op);

  GraphOp graph;
  FixedType format;
  UnitNames names;
  llvm::DenseMap<Value, std::string> givers; // "u3, 0", never iterated
  llvm::DenseMap<Operation *, std::string> units;
  unsigned numTables = 0;
  std::string tables, body;
};

} // namespace

static std::string list(ArrayRef<int64_t> words) {
  std::string text;
  for (int64_t word : words)
    text += (text.empty() ? "" : ", ") + std::to_string(word);
  return text;
}

static std::string quote(llvm::StringRef text) {
  std::string result = "\"";
  llvm::raw_string_ostream os(result);
  os.write_escaped(text);
  return result + "\"";
}

/// Queues and forks are nobody's arithmetic.
static Value getOrigin(Value operand) {
  Value source = getSource(operand);
  while (isa_and_nonnull<BufferOp, ForkOp>(source.getDefiningOp()))
    source = getSource(source.getDefiningOp()->getOperand(0));
  return source;
}

/// Steps, rates and momenta have 16 bits behind the point.
static int64_t toFactor(const llvm::APFloat &value) {
  return std::llrint(std::ldexp(value.convertToDouble(), 16));
}

std::string ModelWriter::writeTable(ArrayRef<int64_t> knots) {
  std::string name = "table" + std::to_string(numTables++);
  tables += formatv("static const Word {0}[] = {{{1}};\n", name, list(knots));
  return name;
}

void ModelWriter::add(Operation *op, llvm::StringRef kind,
                      const llvm::Twine &arguments) {
  std::string name = "u" + std::to_string(units.size());
  units[op] = name;
  for (OpResult result : op->getResults())
    givers[result] = name + ", " + std::to_string(result.getResultNumber());
  std::string label = names.getUnit(op);
  body += formatv("  Unit *{0} = circuit.add<{1}>({2});{3}\n", name, kind,
                  arguments, label.empty() ? "" : " // " + label);
}

void ModelWriter::writeParameter(WeightsOp op, bool moves) {
  body += formatv(
      "  circuit.parameters[{0}] = {{{{{1}}, {{{2}}, {{}};\n",
      quote(op.getSymName()), list(*op.getInitial()),
      moves ? list(llvm::SmallVector<int64_t>(op.getInitial()->size(), 0))
            : "");
}

/// What a Window of the model is made of.
static std::string describe(WindowAttr window) {
  return formatv("Window{{{0}, {{{1}}, {{{2}}, {{{3}}, {{{4}}, {{{5}, {6}}}",
                 list(window.getImage()), list(window.getKernel()),
                 list(window.getStrides()), list(window.getDilations()),
                 list(window.getPads().take_front(2)), window.getSteps(0),
                 window.getSteps(1));
}

void ModelWriter::writeLearner(LearnerOpInterface op) {
  FloatAttr rate = op.getRateAttr(), momentum = op.getMomentumAttr();
  FlatSymbolRefAttr bias = op.getBiasAttr();
  writeParameter(op.getWeightsOp(), bool(momentum));
  if (bias)
    writeParameter(op.getBiasOp(), bool(momentum));
  auto conv = dyn_cast<ConvOp>(*op);
  add(op, conv ? "Conv" : "Linear",
      formatv("Learner::Settings{{{0}, {1}, {2}, {3}, {4}, {5}, {6}, {7}}{8}",
              op.getRows(), op.getColumns(), op.getPositions(),
              quote(op.getWeightsAttr().getValue()),
              bias ? quote(bias.getValue()) : "nullptr",
              op.getMessage() ? "true" : "false",
              rate ? toFactor(rate.getValue()) : -1,
              momentum ? toFactor(momentum.getValue()) : -1,
              conv ? ", " + describe(conv.getWindow()) : "")
          .str());
}

/// The operator of a comparison, or nothing for the constant ones.
static const char *getSign(arith::CmpFPredicate predicate) {
  using P = arith::CmpFPredicate;
  switch (predicate) {
  case P::OEQ:
  case P::UEQ:
    return "==";
  case P::OGT:
  case P::UGT:
    return ">";
  case P::OGE:
  case P::UGE:
    return ">=";
  case P::OLT:
  case P::ULT:
    return "<";
  case P::OLE:
  case P::ULE:
    return "<=";
  case P::ONE:
  case P::UNE:
    return "!=";
  default:
    return nullptr;
  }
}

FailureOr<std::string>
ModelWriter::express(Operation &op, llvm::DenseMap<Value, std::string> &words) {
  auto x = [&](unsigned operand) { return words[op.getOperand(operand)]; };
  if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
    if (auto flag = dyn_cast<BoolAttr>(constant.getValue()))
      return std::string(flag.getValue() ? "1" : "0");
    double limit = std::ldexp(1.0, format.getWidth() - 1);
    double word = std::nearbyint(
        std::ldexp(cast<FloatAttr>(constant.getValue()).getValueAsDouble(),
                   format.getFraction()));
    return std::to_string(
        static_cast<int64_t>(std::min(std::max(word, -limit), limit - 1)));
  }
  if (auto compare = dyn_cast<arith::CmpFOp>(op)) {
    if (const char *sign = getSign(compare.getPredicate()))
      return formatv("{0} {1} {2}", x(0), sign, x(1)).str();
    bool isTrue = compare.getPredicate() == arith::CmpFPredicate::ORD ||
                  compare.getPredicate() == arith::CmpFPredicate::AlwaysTrue;
    return std::string(isTrue ? "1" : "0");
  }
  if (auto table = dyn_cast<LookupOp>(op))
    return formatv("lookup({0}, {1}, {2}, {3})", x(0),
                   writeTable(table.getKnots()), table.getKnots().size(),
                   table.getRange())
        .str();
  if (isa<arith::AddFOp>(op))
    return formatv("saturate(Sum({0}) + {1})", x(0), x(1)).str();
  if (isa<arith::SubFOp>(op))
    return formatv("saturate(Sum({0}) - {1})", x(0), x(1)).str();
  if (isa<arith::NegFOp>(op))
    return formatv("saturate(-Sum({0}))", x(0)).str();
  if (isa<arith::MulFOp>(op))
    return formatv("settle(Sum({0}) * {1})", x(0), x(1)).str();
  if (isa<arith::MaximumFOp, arith::MaxNumFOp>(op))
    return formatv("std::max({0}, {1})", x(0), x(1)).str();
  if (isa<arith::MinimumFOp, arith::MinNumFOp>(op))
    return formatv("std::min({0}, {1})", x(0), x(1)).str();
  if (isa<arith::SelectOp>(op))
    return formatv("{0} ? {1} : {2}", x(0), x(1), x(2)).str();
  return op.emitOpError("has no C++ model; the nearest that has: a table of "
                        "one word (pcflow-quantize)");
}

LogicalResult ModelWriter::writeMap(MapOp op) {
  llvm::DenseMap<Value, std::string> words;
  std::string text;
  Block &block = op.getBody().front();
  for (BlockArgument argument : block.getArguments())
    words[argument] = formatv("in[{0}]", argument.getArgNumber());
  for (Operation &inside : block.without_terminator()) {
    FailureOr<std::string> expression = express(inside, words);
    if (failed(expression))
      return failure();
    std::string name = "v" + std::to_string(words.size());
    text += formatv("    const Word {0} = {1};\n", name, *expression);
    words[inside.getResult(0)] = name;
  }
  text +=
      formatv("    return {0};\n", words[block.getTerminator()->getOperand(0)]);
  add(op, "Map",
      formatv("{0}, []([[maybe_unused]] const Word *in) -> Word {{\n{1}  }",
              op.getInputs().size(), text)
          .str());
  return success();
}

LogicalResult ModelWriter::writeUnit(Operation *op) {
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
      .Case<BufferOp, ForkOp, SinkOp>([](auto) { return success(); })
      .Case([&](LearnerOpInterface learner) {
        writeLearner(learner);
        return success();
      })
      .Case([&](PoolOp pool) {
        add(op, "Pool",
            (pool.getMax() ? "true, " : "false, ") +
                describe(pool.getWindow()));
        return success();
      })
      .Case([&](RearrangeOp rearrange) {
        add(op, "Rearrange",
            formatv("{0}, std::vector<int>{{{1}}, std::vector<int>{{{2}}, "
                    "std::vector<int>{{{3}}",
                    rearrange.getResult().getType().getSize(),
                    list(rearrange.getSizes()), list(rearrange.getFrom()),
                    list(rearrange.getTo()))
                .str());
        return success();
      })
      .Case([&](MapOp map) { return writeMap(map); })
      .Case([&](SumOp) {
        add(op, "Total", llvm::Twine(op->getNumOperands()));
        return success();
      })
      .Case([&](LatchOp) {
        add(op, "Latch", "");
        return success();
      })
      .Case([&](FirstOp) {
        add(op, "First", "");
        return success();
      })
      .Case([&](StateOp state) {
        add(op, "State",
            formatv("{0}, {1}", state.getError().getType().getSize(),
                    toFactor(state.getStep()))
                .str());
        return success();
      })
      .Case([&](ActivityOp activity) {
        add(op, "Activity", llvm::Twine(toFactor(activity.getStep())));
        return success();
      })
      .Case([&](SoftmaxErrorOp softmax) {
        std::string table = writeTable(*softmax.getKnots());
        add(op, "Softmax",
            formatv("{0}, {1}, {2}", table, softmax.getKnots()->size(),
                    *softmax.getRange())
                .str());
        return success();
      })
      .Case([&](GateOp gate) {
        add(op, "Gate", quote(gate.getLink()));
        return success();
      })
      .Case([&](TapOp tap) {
        add(op, "Tap", quote(tap.getLabel()));
        return success();
      })
      .Case([&](OutputOp output) {
        add(op, "Output", quote(output.getLabel()));
        return success();
      })
      .Default([](Operation *op) {
        return op->emitOpError("has no C++ model; the nearest that has: the "
                               "reference (pc-translate --simulate-circuit)");
      });
}

void ModelWriter::connect(Operation *op) {
  auto unit = units.find(op);
  if (unit == units.end())
    return;
  for (OpOperand &operand : op->getOpOperands())
    body += formatv("  circuit.connect({0}, {1}, {2});\n",
                    givers[getOrigin(operand.get())], unit->second,
                    operand.getOperandNumber());
}

FailureOr<std::string> ModelWriter::write() {
  for (auto [argument, name] :
       llvm::zip_equal(graph.getBody().getArguments(),
                       graph.getInputs().getAsValueRange<StringAttr>())) {
    std::string unit = "in" + std::to_string(argument.getArgNumber());
    givers[argument] = unit + ", 0";
    body +=
        formatv("  Unit *{0} = circuit.input({1}, {2});\n", unit, quote(name),
                cast<StreamType>(argument.getType()).getSize());
  }
  llvm::SmallVector<UnitOpInterface> ops = getUnits(graph);
  for (UnitOpInterface op : ops)
    if (failed(writeUnit(op)))
      return failure();
  for (UnitOpInterface op : ops)
    connect(op);
  std::string text = formatv(
      R"(// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The learning circuit {0} in exact integers.

static constexpr int width = {1}, fraction = {2}; // bits of a word
static constexpr int rounds = {3}, batch = {4};
static constexpr bool strict = {5};

)",
      graph.getSymName(), format.getWidth(), format.getFraction(),
      graph.getRounds(), graph.getBatch(),
      graph.getStrict() ? "true" : "false");
  for (llvm::StringRef part : {"model", "model_learners"})
    text +=
        (getLibraryFile(part).split("\n\n").second + "\n").str(); // no heads
  return text + tables + "\nstatic void build(Circuit &circuit) {\n" + body +
         "}\n";
}

FailureOr<std::string> pcflow::emitModel(GraphOp graph) {
  auto format = dyn_cast_or_null<FixedType>(getWordType(graph));
  if (getWordType(graph) && !format)
    return graph.emitOpError("has no C++ model: its words are f32; the nearest "
                             "that has one: words of fixed<W,F>");
  if (!format)
    return graph.emitOpError(
        "expected a quantised circuit; has pcflow-quantize run?");
  return ModelWriter(graph, format).write();
}
