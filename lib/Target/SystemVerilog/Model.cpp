// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A circuit as a program of its own: bench/model.h has the units, model_fixed.h
// or model_single.h their words, this says which ones there are and how they
// are connected.

#include "Design.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "pc/Dialect/Dataflow/IR/Single.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace mlir;
using namespace mlir::pcflow;
using llvm::formatv;

namespace {

class ModelWriter {
public:
  ModelWriter(GraphOp graph, WordType format)
      : graph(graph), format(format), names(graph) {}

  FailureOr<std::string> write();

private:
  void writeParameter(WeightsOp op, bool moves);
  void writeLearner(LearnerOpInterface op);
  LogicalResult writeMap(MapOp op);
  LogicalResult writeUnit(Operation *op);
  /// Words, and a step, a rate or a momentum, as the model has them.
  std::string listWords(ArrayRef<int64_t> words);
  std::string writeFactor(double value);
  /// A table of knots, by name.
  std::string writeTable(ArrayRef<int64_t> knots);
  FailureOr<std::string> express(Operation &op,
                                 llvm::DenseMap<Value, std::string> &words);
  void add(Operation *op, llvm::StringRef kind, const llvm::Twine &arguments);
  void connect(Operation *op);

  GraphOp graph;
  WordType format;
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

std::string ModelWriter::listWords(ArrayRef<int64_t> words) {
  if (!format.isFloat())
    return list(words);
  std::string text;
  for (int64_t word : words)
    text += formatv("{0}fromBits({1})", text.empty() ? "" : ", ", word);
  return text;
}

std::string ModelWriter::writeFactor(double value) {
  if (!format.isFloat()) // 16 bits behind the point
    return std::to_string(std::llrint(std::ldexp(value, 16)));
  return value < 0 ? std::string("-1.0f")
                   : listWords(Single(value).toWord()) + ".value";
}

std::string ModelWriter::writeTable(ArrayRef<int64_t> knots) {
  std::string name = "table" + std::to_string(numTables++);
  tables +=
      formatv("static const Word {0}[] = {{{1}};\n", name, listWords(knots));
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
      quote(op.getSymName()), listWords(*op.getInitial()),
      moves ? listWords(llvm::SmallVector<int64_t>(op.getInitial()->size(), 0))
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
              writeFactor(rate ? rate.getValueAsDouble() : -1.0),
              writeFactor(momentum ? momentum.getValueAsDouble() : -1.0),
              conv ? formatv(", {0}, {1}", describe(conv.getWindow()),
                             conv.getGroups())
                         .str()
                   : "")
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

/// Of words with a fixed point; empty where there is no such operation.
static std::string expressFixed(Operation &op, ArrayRef<std::string> x) {
  auto with = [&](const char *text) {
    return formatv(text, x.front(), x.back()).str();
  };
  return llvm::TypeSwitch<Operation *, std::string>(&op)
      .Case([&](arith::CmpFOp compare) {
        using P = arith::CmpFPredicate;
        if (const char *sign = getSign(compare.getPredicate()))
          return formatv("{0} {1} {2}", x[0], sign, x[1]).str();
        bool isTrue = compare.getPredicate() == P::ORD ||
                      compare.getPredicate() == P::AlwaysTrue;
        return std::string(isTrue ? "true" : "false");
      })
      .Case([&](arith::AddFOp) { return with("saturate(Sum({0}) + {1})"); })
      .Case([&](arith::SubFOp) { return with("saturate(Sum({0}) - {1})"); })
      .Case([&](arith::NegFOp) { return with("saturate(-Sum({0}))"); })
      .Case([&](arith::MulFOp) { return with("settle(Sum({0}) * {1})"); })
      .Case<arith::MaximumFOp, arith::MaxNumFOp>(
          [&](auto) { return with("std::max<Word>({0}, {1})"); })
      .Case<arith::MinimumFOp, arith::MinNumFOp>(
          [&](auto) { return with("std::min<Word>({0}, {1})"); })
      .Default([](Operation *) { return std::string(); });
}

/// Of words of floats; empty where there is no such operation.
static std::string expressFloat(Operation &op, ArrayRef<std::string> x) {
  using P = arith::CmpFPredicate;
  auto compare = dyn_cast<arith::CmpFOp>(op);
  if (!compare)
    return llvm::TypeSwitch<Operation *, std::string>(&op)
        .Case([&](arith::AddFOp) {
          return formatv("saturate({0} + {1})", x[0], x[1]).str();
        })
        .Case([&](arith::SubFOp) {
          return formatv("subtract({0}, {1})", x[0], x[1]).str();
        })
        .Case([&](arith::NegFOp) { return "-" + x[0]; })
        .Case([&](arith::MulFOp) {
          return formatv("settle(product({0}, {1}))", x[0], x[1]).str();
        })
        .Case<arith::MaximumFOp, arith::MaxNumFOp, arith::MinimumFOp,
              arith::MinNumFOp>([&](Operation *op) {
          return formatv("extremum({0}, {1}, {2}, {3})", x[0], x[1],
                         isa<arith::MinimumFOp, arith::MinNumFOp>(op) ? "true"
                                                                      : "false",
                         isa<arith::MaxNumFOp, arith::MinNumFOp>(op) ? "true"
                                                                     : "false")
              .str();
        })
        .Default([](Operation *) { return std::string(); });
  auto holds = [&](const char *text) {
    return formatv(text, x[0] + ".value", x[1] + ".value").str();
  };
  switch (compare.getPredicate()) { // unordered: the opposite does not hold
  case P::OEQ:
    return holds("{0} == {1}");
  case P::UNE:
    return holds("{0} != {1}");
  case P::OGT:
    return holds("{0} > {1}");
  case P::OGE:
    return holds("{0} >= {1}");
  case P::OLT:
    return holds("{0} < {1}");
  case P::OLE:
    return holds("{0} <= {1}");
  case P::UGT:
    return holds("!({0} <= {1})");
  case P::UGE:
    return holds("!({0} < {1})");
  case P::ULT:
    return holds("!({0} >= {1})");
  case P::ULE:
    return holds("!({0} > {1})");
  case P::ONE:
    return holds("{0} < {1} || {0} > {1}");
  case P::UEQ:
    return holds("!({0} < {1} || {0} > {1})");
  case P::ORD:
    return holds("!std::isunordered({0}, {1})");
  case P::UNO:
    return holds("std::isunordered({0}, {1})");
  case P::AlwaysTrue:
    return "true";
  case P::AlwaysFalse:
    return "false";
  }
  llvm_unreachable("unknown predicate");
}

FailureOr<std::string>
ModelWriter::express(Operation &op, llvm::DenseMap<Value, std::string> &words) {
  auto x = [&](unsigned operand) { return words[op.getOperand(operand)]; };
  if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
    if (auto flag = dyn_cast<BoolAttr>(constant.getValue()))
      return std::string(flag.getValue() ? "true" : "false");
    if (format.isFloat())
      return listWords(
          Single(cast<FloatAttr>(constant.getValue()).getValueAsDouble())
              .toWord());
    double limit = std::ldexp(1.0, format.getWidth() - 1);
    double word = std::nearbyint(
        std::ldexp(cast<FloatAttr>(constant.getValue()).getValueAsDouble(),
                   format.getFraction()));
    return std::to_string(
        static_cast<int64_t>(std::min(std::max(word, -limit), limit - 1)));
  }
  if (isa<arith::SelectOp>(op))
    return formatv("{0} ? {1} : {2}", x(0), x(1), x(2)).str();
  if (auto table = dyn_cast<LookupOp>(op))
    return formatv("lookup({0}, {1}, {2}, {3})", x(0),
                   writeTable(table.getKnots()), table.getKnots().size(),
                   table.getRange())
        .str();
  llvm::SmallVector<std::string> operands;
  for (unsigned operand : llvm::seq(op.getNumOperands()))
    operands.push_back(x(operand));
  std::string text = format.isFloat() ? expressFloat(op, operands)
                                      : expressFixed(op, operands);
  if (!text.empty())
    return text;
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
    bool isBit = inside.getResult(0).getType().isInteger(1);
    text += formatv("    const {0} {1} = {2};\n", isBit ? "bool" : "Word", name,
                    *expression);
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
                    writeFactor(state.getStep().convertToDouble()))
                .str());
        return success();
      })
      .Case([&](ActivityOp activity) {
        add(op, "Activity", writeFactor(activity.getStep().convertToDouble()));
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
// The learning circuit {0} in {6}.

[[maybe_unused]] static constexpr int width = {1}, fraction = {2}; // of a word
static constexpr int rounds = {3}, batch = {4};
static constexpr bool strict = {5};

)",
      graph.getSymName(), format.getWidth(), format.getFraction(),
      graph.getRounds(), graph.getBatch(), graph.getStrict() ? "true" : "false",
      format.isFloat() ? "floats" : "exact integers");
  for (llvm::StringRef part :
       {format.isFloat() ? "model_single" : "model_fixed", "model",
        "model_learners"})
    text +=
        (getLibraryFile(part).split("\n\n").second + "\n").str(); // no heads
  return text + tables + "\nstatic void build(Circuit &circuit) {\n" + body +
         "}\n";
}

FailureOr<std::string> pcflow::emitModel(GraphOp graph) {
  WordType format = getWordType(graph);
  if (!format)
    return graph.emitOpError(
        "expected a quantised circuit; has pcflow-quantize run?");
  return ModelWriter(graph, format).write();
}
