// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A module for each vertex and one for the graph: an instance for each unit,
// three wires for each stream.

#include "Design.h"
#include "Map.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace mlir;
using namespace mlir::pcflow;
using llvm::formatv;

unsigned pcflow::getWordWidth(Value stream) {
  Type element = cast<StreamType>(stream.getType()).getElement();
  if (auto fixed = dyn_cast<FixedType>(element))
    return fixed.getWidth();
  return element.getIntOrFloatBitWidth();
}

namespace {

/// What the border of a vertex has beside its streams.
struct Border {
  std::vector<std::string> streams; // names in the order of operands, results
  std::vector<TapPoint> taps;
  unsigned firstStall = 0, numStalls = 0;
};

class ModuleWriter {
public:
  ModuleWriter(Design &design, Block &block, std::string name)
      : design(design), block(block), name(std::move(name)),
        units(design.graph) {
    for (const char *word :
         {"clk", "rst", "rounds", "host_we", "host_sel", "host_addr",
          "host_wdata", "host_rdata", "sat", "idle", "stall", "cut", "top"})
      names.reserve(word);
  }

  LogicalResult write(Border &border);

private:
  LogicalResult writeUnit(Operation &op);
  LogicalResult writeVertex(VertexOp vertex);
  LogicalResult writeLearner(LearnerOpInterface op);
  void writePool(PoolOp op);
  LogicalResult writeMap(MapOp op);
  void writeFork(ForkOp op);
  LogicalResult writeBuffer(BufferOp op);
  LogicalResult writeState(StateOp op);
  LogicalResult writeActivity(ActivityOp op);
  LogicalResult writeSoftmax(SoftmaxErrorOp op);
  void writeTap(TapOp op);
  void writeGate(GateOp op);

  /// Names the stream and declares its wires.
  std::string declare(Value stream, llvm::StringRef label);
  void declarePort(Value stream, llvm::StringRef port, bool isInput);
  void join(llvm::StringRef from, llvm::StringRef to);
  /// ".<port>_data(<stream>_data), ..." for one end of a unit.
  std::string connect(llvm::StringRef port, Value stream);
  /// Begins an instance of `unit` and names it.
  std::string instance(llvm::StringRef unit, llvm::StringRef parameters,
                       llvm::StringRef label);
  /// A bit that is or-ed into the output of that name.
  std::string flag(std::vector<std::string> &flags, llvm::StringRef of);
  bool isTop() { return isa<GraphOp>(block.getParentOp()); }

  Design &design;
  Block &block;
  std::string name;
  UnitNames units;
  Names names;
  llvm::DenseMap<Value, std::string> streams; // never iterated
  std::vector<std::string> ports, sats, idles, reads;
  std::string wires, body;
  Border mine;
};

} // namespace

std::string ModuleWriter::declare(Value stream, llvm::StringRef label) {
  std::string stem = names.get(label);
  streams[stream] = stem;
  wires += formatv("  logic [{0}:0] {1}_data;\n  logic {1}_valid, {1}_ready;\n",
                   getWordWidth(stream) - 1, stem);
  return stem;
}

void ModuleWriter::declarePort(Value stream, llvm::StringRef port,
                               bool isInput) {
  const char *with = isInput ? "input " : "output";
  const char *against = isInput ? "output" : "input ";
  ports.push_back(formatv("{0} logic [{1}:0] {2}_data", with,
                          getWordWidth(stream) - 1, port));
  ports.push_back(formatv("{0} logic {1}_valid", with, port));
  ports.push_back(formatv("{0} logic {1}_ready", against, port));
}

void ModuleWriter::join(llvm::StringRef from, llvm::StringRef to) {
  body += formatv("  assign {1}_data = {0}_data;\n  assign {1}_valid = "
                  "{0}_valid;\n  assign {0}_ready = {1}_ready;\n",
                  from, to);
}

std::string ModuleWriter::connect(llvm::StringRef port, Value stream) {
  return formatv(".{0}_data({1}_data), .{0}_valid({1}_valid), "
                 ".{0}_ready({1}_ready)",
                 port, streams[stream]);
}

std::string ModuleWriter::instance(llvm::StringRef unit,
                                   llvm::StringRef parameters,
                                   llvm::StringRef label) {
  design.units.insert(unit);
  std::string result = names.get("u_" + label.str());
  body += formatv("  {0} #({1}) {2} (", unit, parameters, result);
  return result;
}

std::string ModuleWriter::flag(std::vector<std::string> &flags,
                               llvm::StringRef of) {
  flags.push_back(names.get(of));
  wires += formatv("  logic {0};\n", flags.back());
  return flags.back();
}

static int64_t getSize(Value stream) {
  return cast<StreamType>(stream.getType()).getSize();
}

/// `value` with 16 fraction bits in 18, as steps and rates are.
static FailureOr<int64_t> getRate(Operation *op, double value,
                                  const char *what) {
  double scaled = std::nearbyint(std::ldexp(value, 16));
  if (!(scaled >= 0) || scaled >= std::ldexp(1.0, 18))
    return op->emitOpError("has no hardware: ")
           << what << " " << value << " is not in [0, 4)";
  return static_cast<int64_t>(scaled);
}

LogicalResult ModuleWriter::writeLearner(LearnerOpInterface op) {
  auto factorOf = [&](FloatAttr value, const char *what) {
    return value ? getRate(op, value.getValueAsDouble(), what)
                 : FailureOr<int64_t>(0);
  };
  FailureOr<int64_t> rate = factorOf(op.getRateAttr(), "the rate");
  FailureOr<int64_t> momentum = factorOf(op.getMomentumAttr(), "the momentum");
  if (failed(rate) || failed(momentum))
    return failure();
  FlatSymbolRefAttr bias = op.getBiasAttr();
  if (!op.getWeightsOp().getInitial() || (bias && !op.getBiasOp().getInitial()))
    return op.emitOpError("expected memories with first contents; run "
                          "pcflow-quantize first");
  std::string label = units.getUnit(op);
  label = label.substr(label.rfind('/') + 1);
  unsigned number = design.memories.size();
  design.memories.push_back({op.getWeightsAttr().getValue().str(),
                             bias ? bias.getValue().str() : "", op});
  bool hasMessage = bool(op.getMessage());
  for (llvm::StringRef unit : {"df_lane", "df_round"})
    design.units.insert(unit);
  if (bias)
    design.units.insert("df_bias");
  bool isConv = isa<ConvOp>(*op);
  if (isConv)
    design.units.insert("df_window");
  std::string sat = flag(sats, label + "_sat"),
              idle = flag(idles, label + "_idle");
  std::string read = names.get(label + "_rdata");
  wires +=
      formatv("  logic [{0}:0] {1};\n", design.format.getWidth() - 1, read);
  reads.push_back(formatv("(host_sel == 16'd{0} ? {1} : '0)", number, read));
  std::string message;
  if (hasMessage)
    message = connect("g", op.getMessage());
  else {
    std::string unused = names.get(label + "_g");
    wires += formatv("  logic [{0}:0] {1}_data;\n  logic {1}_valid;\n",
                     design.format.getWidth() - 1, unused);
    message = formatv(".g_data({0}_data), .g_valid({0}_valid), .g_ready(1'b1)",
                      unused);
    body += formatv("  logic _unused_{0};\n  assign _unused_{0} = &{{1'b0, "
                    "{0}_data, {0}_valid};\n",
                    unused);
  }
  instance(isConv ? "df_conv" : "df_linear",
           getLearnerParameters(op, design.format), label);
  body += formatv(
      "\n    .clk, .rst, .rounds, .rate(18'd{0}), .momentum(18'd{9}),\n    "
      "{1},\n    {2},\n    "
      "{3},\n"
      "    {4},\n    .host_we(host_we & (host_sel == 16'd{5})), .host_addr, "
      ".host_wdata, .host_rdata({6}),\n    .sat({7}), .idle({8}));\n",
      *rate, connect("x", op->getOperand(0)), connect("y", op->getResult(0)),
      connect("d", op.getError()), message, number, read, sat, idle, *momentum);
  return success();
}

void ModuleWriter::writePool(PoolOp op) {
  std::string label = streams[op.getPrediction()];
  for (llvm::StringRef unit : {"df_window", "df_round"})
    design.units.insert(unit);
  std::string sat = flag(sats, label + "_sat");
  instance("df_pool", getPoolParameters(op, design.format), label);
  body +=
      formatv("\n    .clk, .rst, .rounds,\n    {0},\n    {1},\n    {2},\n"
              "    {3}, .sat({4}));\n",
              connect("x", op.getInput()), connect("y", op.getPrediction()),
              connect("d", op.getError()), connect("g", op.getMessage()), sat);
}

LogicalResult ModuleWriter::writeMap(MapOp op) {
  std::string label = units.getUnit(op);
  std::string module = design.modules.get("map_" + label);
  std::string text =
      "// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception\n";
  llvm::raw_string_ostream os(text);
  if (failed(emitMap(op, design.format, module, design.files, os)))
    return failure();
  design.files[module + ".sv"] = text;
  design.units.insert("df_round");
  label = label.substr(label.rfind('/') + 1);
  std::string sat = flag(sats, label + "_sat");
  body += formatv("  {0} {1} (.clk, .rst,\n", module, names.get("u_" + label));
  for (auto [index, input] : llvm::enumerate(op.getInputs()))
    body += formatv("    {0},\n", connect("in" + std::to_string(index), input));
  body +=
      formatv("    {0}, .sat({1}));\n", connect("out", op.getResult()), sat);
  return success();
}

void ModuleWriter::writeFork(ForkOp op) {
  std::string input = streams[op.getInput()], valids, readies;
  std::string data = names.get(input + "_copy");
  unsigned width = getWordWidth(op.getInput());
  wires += formatv("  logic [{0}:0] {1};\n", width - 1, data);
  for (Value copy : llvm::reverse(op.getCopies())) {
    std::string stem = streams[copy];
    llvm::StringRef comma = valids.empty() ? "" : ", ";
    valids += formatv("{0}{1}_valid", comma, stem);
    readies += formatv("{0}{1}_ready", comma, stem);
    body += formatv("  assign {0}_data = {1};\n", stem, data);
  }
  instance("df_fork",
           formatv(".W({0}), .NOUT({1})", width, op.getCopies().size()).str(),
           "fork_" + input);
  body +=
      formatv("\n    .clk, .rst, {0},\n    .out_data({1}), .out_valid({{{2}}), "
              ".out_ready({{{3}}));\n",
              connect("in", op.getInput()), data, valids, readies);
}

LogicalResult ModuleWriter::writeBuffer(BufferOp op) {
  if (!op.getDepth())
    return op.emitOpError("expected a depth; run pcflow-size-buffers first");
  unsigned width = getWordWidth(op.getInput());
  std::string from = streams[op.getInput()], to = streams[op.getResult()];
  std::string inside = from;
  if (design.options.stalls) {
    inside = names.get(from + "_stall");
    wires +=
        formatv("  logic [{0}:0] {1}_data;\n  logic {1}_valid, {1}_ready;\n",
                width - 1, inside);
    instance("df_stall", formatv(".W({0})", width).str(), inside);
    body += formatv(".stall(stall[{0}]),\n    {1},\n    .out_data({2}_data), "
                    ".out_valid({2}_valid), .out_ready({2}_ready));\n",
                    mine.numStalls, connect("in", op.getInput()), inside);
  }
  ++mine.numStalls;
  OpOperand *taker = getConsumers(op.getResult()).front();
  design.channels.push_back({units.getStream(getSource(op.getInput())),
                             units.getUnit(taker->getOwner())});
  instance("df_fifo",
           formatv(".W({0}), .DEPTH({1})", width, *op.getDepth()).str(),
           "fifo_" + from);
  body += formatv(
      "\n    .clk, .rst,\n    .in_data({0}_data), .in_valid({0}_valid), "
      ".in_ready({0}_ready),\n    {1});\n",
      inside, connect("out", op.getResult()));
  return success();
}

/// The table of exp stands beside the unit, as a module without registers.
LogicalResult ModuleWriter::writeSoftmax(SoftmaxErrorOp op) {
  if (!op.getKnots() || !op.getRange())
    return op.emitOpError("expected a table; run pcflow-quantize first");
  std::string stem = streams[op.getError()];
  std::string module = design.modules.get(name + "_" + stem + "_table");
  std::string text =
      "// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception\n";
  llvm::raw_string_ostream os(text);
  emitTable(*op.getKnots(), *op.getRange(), design.format, module, os);
  design.files[module + ".sv"] = text;
  design.units.insert("df_round");
  unsigned width = design.format.getWidth();
  std::string table = names.get(stem + "_table"),
              sat = flag(sats, stem + "_sat");
  wires += formatv("  logic signed [{0}:0] {1}_x, {1}_y;\n  logic {1}_sat;\n",
                   width - 1, table);
  body += formatv("  {0} {1} (.x({2}_x), .y({2}_y), .sat({2}_sat));\n", module,
                  names.get("u_" + table), table);
  instance("df_softmax",
           formatv(".N({0}), .W({1}), .F({2})", getSize(op.getLogits()), width,
                   design.format.getFraction())
               .str(),
           stem);
  body += formatv("\n    .clk, .rst,\n    {0},\n    {1},\n    {2},\n"
                  "    .table_x({3}_x), .table_y({3}_y), .table_sat({3}_sat), "
                  ".sat({4}));\n",
                  connect("y", op.getLogits()), connect("t", op.getLabel()),
                  connect("b", op.getError()), table, sat);
  return success();
}

LogicalResult ModuleWriter::writeState(StateOp op) {
  FailureOr<int64_t> step =
      getRate(op, op.getStep().convertToDouble(), "the step");
  if (failed(step))
    return failure();
  bool isDelay = *step == 1 << 16;
  std::string stem = streams[op.getError()], sat = flag(sats, stem + "_sat");
  design.units.insert("df_round");
  instance("df_state",
           formatv(".W({0}), .N({1}), .HAS_STEP({2})",
                   getWordWidth(op.getError()), getSize(op.getError()),
                   isDelay ? 0 : 1)
               .str(),
           stem);
  body += formatv("\n    .clk, .rst, .rounds, .step(18'd{0}),\n    {1},\n    "
                  "{2}, .sat({3}));\n",
                  *step, connect("in", op.getMessage()),
                  connect("out", op.getError()), sat);
  return success();
}

LogicalResult ModuleWriter::writeActivity(ActivityOp op) {
  FailureOr<int64_t> step =
      getRate(op, op.getStep().convertToDouble(), "the step");
  if (failed(step))
    return failure();
  std::string stem = streams[op.getError()], sat = flag(sats, stem + "_sat");
  design.units.insert("df_round");
  instance("df_activity",
           formatv(".W({0}), .N({1})", getWordWidth(op.getError()),
                   getSize(op.getError()))
               .str(),
           stem);
  body += formatv("\n    .clk, .rst, .rounds, .step(18'd{0}),\n    {1},\n    "
                  "{2},\n    {3},\n    {4}, .sat({5}));\n",
                  *step, connect("mu", op.getPrediction()),
                  connect("g", op.getMessage()), connect("v", op.getValue()),
                  connect("d", op.getError()), sat);
  return success();
}

void ModuleWriter::writeTap(TapOp op) {
  unsigned width = getWordWidth(op.getInput());
  std::string port = names.get("tap_" + op.getLabel().str());
  ports.push_back(formatv("output logic {0}_fire", port));
  ports.push_back(formatv("output logic [{0}:0] {1}_data", width - 1, port));
  mine.taps.push_back(
      {op.getLabel().str(), port, width, getSize(op.getInput())});
  instance("df_tap", formatv(".W({0})", width).str(), port);
  body += formatv(
      "\n    {0},\n    {1},\n    .tap_fire({2}_fire), .tap_data({2}_data));\n",
      connect("in", op.getInput()), connect("out", op.getResult()), port);
}

/// One bit of the host for all gates of a link.
void ModuleWriter::writeGate(GateOp op) {
  unsigned number =
      llvm::find(design.links, op.getLink()) - design.links.begin();
  if (number == design.links.size())
    design.links.push_back(op.getLink().str());
  instance("df_gate", formatv(".W({0})", getWordWidth(op.getInput())).str(),
           streams[op.getResult()]);
  body += formatv(".cut(cut[{0}]),\n    {1},\n    {2});\n", number,
                  connect("in", op.getInput()), connect("out", op.getResult()));
}

LogicalResult ModuleWriter::writeVertex(VertexOp vertex) {
  std::string module =
      design.modules.get("vertex_" + vertex.getSymName().str());
  ModuleWriter writer(design, vertex.getBody().front(), module);
  Border border;
  border.firstStall = mine.numStalls;
  if (failed(writer.write(border)))
    return failure();
  std::string label = names.get("u_" + vertex.getSymName().str());
  std::string sat = flag(sats, label + "_sat"),
              idle = flag(idles, label + "_idle");
  std::string read = names.get(label + "_rdata");
  wires +=
      formatv("  logic [{0}:0] {1};\n", design.format.getWidth() - 1, read);
  reads.push_back(read);
  body += formatv(
      "  {0} {1} (\n    .clk, .rst, .rounds, .host_we, .host_sel, "
      ".host_addr, .host_wdata, .host_rdata({2}), .sat({3}), .idle({4})",
      module, label, read, sat, idle);
  llvm::SmallVector<Value> ends(vertex->getOperands());
  llvm::append_range(ends, vertex->getResults());
  for (auto [port, stream] : llvm::zip_equal(border.streams, ends))
    body += formatv(",\n    {0}", connect(port, stream));
  for (const TapPoint &tap : border.taps) {
    std::string port = names.get("tap_" + tap.label);
    ports.push_back(formatv("output logic {0}_fire", port));
    ports.push_back(
        formatv("output logic [{0}:0] {1}_data", tap.width - 1, port));
    body += formatv(",\n    .{0}_fire({1}_fire), .{0}_data({1}_data)", tap.port,
                    port);
    mine.taps.push_back({tap.label, port, tap.width, tap.size});
  }
  if (design.options.stalls && border.numStalls)
    body += formatv(",\n    .stall(stall[{0}:{1}])",
                    mine.numStalls + border.numStalls - 1, mine.numStalls);
  mine.numStalls += border.numStalls;
  body += ");\n";
  return success();
}

LogicalResult ModuleWriter::writeUnit(Operation &op) {
  if (auto vertex = dyn_cast<VertexOp>(op))
    return writeVertex(vertex);
  if (auto learner = dyn_cast<LearnerOpInterface>(op))
    return writeLearner(learner);
  if (auto map = dyn_cast<MapOp>(op))
    return writeMap(map);
  if (auto buffer = dyn_cast<BufferOp>(op))
    return writeBuffer(buffer);
  if (auto state = dyn_cast<StateOp>(op))
    return writeState(state);
  if (auto activity = dyn_cast<ActivityOp>(op))
    return writeActivity(activity);
  if (auto softmax = dyn_cast<SoftmaxErrorOp>(op))
    return writeSoftmax(softmax);
  if (auto fork = dyn_cast<ForkOp>(op)) {
    writeFork(fork);
  } else if (auto pool = dyn_cast<PoolOp>(op)) {
    writePool(pool);
  } else if (auto tap = dyn_cast<TapOp>(op)) {
    writeTap(tap);
  } else if (auto gate = dyn_cast<GateOp>(op)) {
    writeGate(gate);
  } else if (auto latch = dyn_cast<LatchOp>(op)) {
    instance("df_latch",
             formatv(".W({0}), .N({1}), .STRICT({2})",
                     getWordWidth(latch.getInput()), getSize(latch.getInput()),
                     design.graph.getStrict() ? 1 : 0)
                 .str(),
             streams[latch.getResult()]);
    body += formatv("\n    .clk, .rst, .rounds,\n    {0},\n    {1});\n",
                    connect("in", latch.getInput()),
                    connect("out", latch.getResult()));
  } else if (auto first = dyn_cast<FirstOp>(op)) {
    instance("df_first",
             formatv(".W({0}), .N({1})", getWordWidth(first.getInput()),
                     getSize(first.getInput()))
                 .str(),
             streams[first.getResult()]);
    body += formatv("\n    .clk, .rst, .rounds,\n    {0},\n    {1});\n",
                    connect("in", first.getInput()),
                    connect("out", first.getResult()));
  } else if (auto sum = dyn_cast<SumOp>(op)) {
    std::string data, valid, ready, stem = streams[sum.getSum()];
    for (Value term : llvm::reverse(sum.getTerms())) {
      llvm::StringRef comma = data.empty() ? "" : ", ";
      data += formatv("{0}{1}_data", comma, streams[term]);
      valid += formatv("{0}{1}_valid", comma, streams[term]);
      ready += formatv("{0}{1}_ready", comma, streams[term]);
    }
    std::string sat = flag(sats, stem + "_sat");
    design.units.insert("df_round");
    instance("df_sum",
             formatv(".W({0}), .NIN({1})", getWordWidth(sum.getSum()),
                     sum.getTerms().size())
                 .str(),
             stem);
    body += formatv("\n    .clk, .rst, .in_data({{{0}}), .in_valid({{{1}}), "
                    ".in_ready({{{2}}),\n    {3}, .sat({4}));\n",
                    data, valid, ready, connect("out", sum.getSum()), sat);
  } else if (auto sink = dyn_cast<SinkOp>(op)) {
    std::string stem = streams[sink.getInput()];
    body += formatv("  logic _unused_{0};\n  assign {0}_ready = 1'b1;\n"
                    "  assign _unused_{0} = &{{1'b0, {0}_data, {0}_valid};\n",
                    stem);
  } else if (auto output = dyn_cast<OutputOp>(op)) {
    std::string port = names.get(output.getLabel());
    declarePort(output.getInput(), port, /*isInput=*/false);
    join(streams[output.getInput()], port);
    design.outputs.push_back({output.getLabel().str(), port,
                              getWordWidth(output.getInput()),
                              getSize(output.getInput())});
  } else if (auto yield = dyn_cast<YieldOp>(op)) {
    for (auto [index, value] : llvm::enumerate(yield.getValues()))
      join(streams[value], mine.streams[block.getNumArguments() + index]);
  } else if (!isa<WeightsOp>(op)) {
    return op.emitOpError("has no hardware");
  }
  return success();
}

/// The label of result `index` of a unit.
static std::string getResultLabel(Operation &op, unsigned index,
                                  const UnitNames &units) {
  if (auto vertex = dyn_cast<VertexOp>(op)) {
    unsigned numDown = vertex.getDown().size();
    return vertex.getSymName().str() +
           (index < numDown ? "_down" + std::to_string(index)
                            : "_up" + std::to_string(index - numDown));
  }
  std::string label = units.getStream(op.getResult(index));
  return label.substr(label.rfind('/') + 1);
}

LogicalResult ModuleWriter::write(Border &border) {
  mine = border;
  mine.numStalls = 0;
  ports = {
      "input  logic clk",
      "input  logic rst",
      "input  logic [15:0] rounds",
      "input  logic host_we",
      "input  logic [15:0] host_sel",
      "input  logic [31:0] host_addr",
      formatv("input  logic [{0}:0] host_wdata", design.format.getWidth() - 1),
      formatv("output logic [{0}:0] host_rdata", design.format.getWidth() - 1),
      "output logic sat",
      "output logic idle"};
  auto vertex = dyn_cast<VertexOp>(block.getParentOp());
  for (BlockArgument argument : block.getArguments()) {
    unsigned index = argument.getArgNumber();
    std::string label;
    if (!vertex)
      label = cast<StringAttr>(design.graph.getInputs()[index]).str();
    else if (index < vertex.getParents().size())
      label = "parent" + std::to_string(index);
    else
      label = "message" + std::to_string(index - vertex.getParents().size());
    std::string port = names.get(label);
    streams[argument] = port;
    declarePort(argument, port, /*isInput=*/true);
    mine.streams.push_back(port);
    if (!vertex)
      design.inputs.push_back(
          {label, port, getWordWidth(argument), getSize(argument)});
  }
  if (vertex)
    for (auto [index, result] : llvm::enumerate(vertex->getResults())) {
      unsigned numDown = vertex.getDown().size();
      std::string port =
          names.get(index < numDown ? "down" + std::to_string(index)
                                    : "up" + std::to_string(index - numDown));
      declarePort(result, port, /*isInput=*/false);
      mine.streams.push_back(port);
    }
  // Names first: units may read what stands below them.
  for (Operation &op : block)
    for (Value result : op.getResults())
      declare(result, getResultLabel(
                          op, cast<OpResult>(result).getResultNumber(), units));
  for (Operation &op : block)
    if (failed(writeUnit(op)))
      return failure();
  if (design.options.stalls && mine.numStalls)
    ports.push_back(formatv("input  logic [{0}:0] stall", mine.numStalls - 1));
  if (isTop() && !design.links.empty())
    ports.push_back(
        formatv("input  logic [{0}:0] cut", design.links.size() - 1));
  std::string text =
      "// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception\n";
  text += "module " + name + " (\n  " + llvm::join(ports, ",\n  ") + "\n);\n" +
          wires + body;
  auto orOf = [](const std::vector<std::string> &flags, const char *none,
                 const char *sign) {
    return flags.empty() ? std::string(none) : llvm::join(flags, sign);
  };
  text += formatv(
      "  assign sat = {0};\n  assign idle = {1};\n  assign host_rdata = {2};\n",
      orOf(sats, "1'b0", " | "), orOf(idles, "1'b1", " & "),
      orOf(reads, "'0", " | "));
  text += "  logic _unused;\n  assign _unused = &{1'b0, clk, rst, rounds, "
          "host_we, host_sel, "
          "host_addr, host_wdata};\nendmodule\n";
  design.files[name + ".sv"] = text;
  border = mine;
  return success();
}

LogicalResult pcflow::emitModules(Design &design) {
  Border border;
  std::string top = design.modules.get("top");
  if (failed(ModuleWriter(design, design.graph.getBody().front(), top)
                 .write(border)))
    return failure();
  design.taps = border.taps;
  return success();
}
