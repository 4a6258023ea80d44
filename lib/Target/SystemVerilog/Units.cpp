// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An instance of the library for each unit, its streams connected.

#include "Map.h"
#include "ModuleWriter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "pc/Dialect/Dataflow/IR/Single.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace mlir;
using namespace mlir::pcflow;
using llvm::formatv;

FailureOr<int64_t> pcflow::getRate(Operation *op, WordType format, double value,
                                   const char *what) {
  if (format.isFloat())
    return static_cast<uint32_t>(Single(value).toWord());
  double scaled = std::nearbyint(std::ldexp(value, 16));
  if (!(scaled >= 0) || scaled >= std::ldexp(1.0, 18))
    return op->emitOpError("has no hardware: ")
           << what << " " << value << " is not in [0, 4)";
  return static_cast<int64_t>(scaled);
}

FailureOr<int64_t> pcflow::getFactor(Operation *op, WordType format,
                                     FloatAttr value, const char *what) {
  if (!value)
    return 0;
  return getRate(op, format, value.getValueAsDouble(), what);
}

std::string pcflow::getUnitLabel(Operation *op, const UnitNames &units) {
  std::string label = units.getUnit(op);
  return label.substr(label.rfind('/') + 1);
}

std::string ModuleWriter::literal(int64_t factor) {
  return formatv("{0}'d{1}", getFactorWidth(design.format), factor);
}

void ModuleWriter::useArithmetic() {
  // Also where words are floats: Yosys reads units as they are without
  // settings.
  design.units.insert("df_round");
  if (!design.format.isFloat())
    return;
  for (llvm::StringRef unit : {"f32_add", "f32_chain", "f32_mul"})
    design.units.insert(unit);
}

LogicalResult ModuleWriter::writeLearner(LearnerOpInterface op) {
  FailureOr<int64_t> rate =
      getFactor(op, design.format, op.getRateAttr(), "the rate");
  FailureOr<int64_t> momentum =
      getFactor(op, design.format, op.getMomentumAttr(), "the momentum");
  if (failed(rate) || failed(momentum))
    return failure();
  FlatSymbolRefAttr bias = op.getBiasAttr();
  if (!op.getWeightsOp().getInitial() || (bias && !op.getBiasOp().getInitial()))
    return op.emitOpError("expected memories with first contents; run "
                          "pcflow-quantize first");
  std::string label = getUnitLabel(op, units);
  unsigned number = design.memories.size();
  design.memories.push_back({op.getWeightsAttr().getValue().str(),
                             bias ? bias.getValue().str() : "", op});
  bool hasMessage = bool(op.getMessage());
  useArithmetic();
  design.units.insert("df_lane");
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
      "\n    .clk, .rst, .rounds, .rate({0}), .momentum({9}),\n    "
      "{1},\n    {2},\n    "
      "{3},\n"
      "    {4},\n    .host_we(host_we & (host_sel == 16'd{5})), .host_addr, "
      ".host_wdata, .host_rdata({6}),\n    .sat({7}), .idle({8}));\n",
      literal(*rate), connect("x", op->getOperand(0)),
      connect("y", op->getResult(0)), connect("d", op.getError()), message,
      number, read, sat, idle, literal(*momentum));
  return success();
}

void ModuleWriter::writePool(PoolOp op) {
  std::string label = streams[op.getPrediction()];
  useArithmetic();
  design.units.insert("df_window");
  if (op.getMax() && design.format.isFloat())
    design.units.insert("f32_compare");
  std::string sat = flag(sats, label + "_sat");
  instance("df_pool", getPoolParameters(op, design.format), label);
  body +=
      formatv("\n    .clk, .rst, .rounds,\n    {0},\n    {1},\n    {2},\n"
              "    {3}, .sat({4}));\n",
              connect("x", op.getInput()), connect("y", op.getPrediction()),
              connect("d", op.getError()), connect("g", op.getMessage()), sat);
}

void ModuleWriter::writeRearrange(RearrangeOp op) {
  std::string label = streams[op.getResult()];
  useArithmetic();
  std::string sat = flag(sats, label + "_sat");
  instance("df_rearrange", getRearrangeParameters(op, design.format), label);
  body += formatv("\n    .clk, .rst,\n    {0},\n    {1}, .sat({2}));\n",
                  connect("in", op.getInput()), connect("out", op.getResult()),
                  sat);
}

LogicalResult ModuleWriter::writeMap(MapOp op) {
  std::string label = units.getUnit(op);
  std::string module = design.modules.get("map_" + label);
  std::string text = licence.str();
  llvm::raw_string_ostream os(text);
  if (failed(emitMap(op, design.format, module, design.files, os)))
    return failure();
  design.files[module + ".sv"] = text;
  useArithmetic();
  if (design.format.isFloat())
    for (Operation &inside : op.getBody().front()) {
      if (isa<arith::CmpFOp>(inside))
        design.units.insert("f32_compare");
      if (isa<arith::MaximumFOp, arith::MaxNumFOp, arith::MinimumFOp,
              arith::MinNumFOp>(inside))
        design.units.insert("f32_extremum");
    }
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
  std::string text = licence.str();
  llvm::raw_string_ostream os(text);
  emitTable(*op.getKnots(), *op.getRange(), design.format, module, os);
  design.files[module + ".sv"] = text;
  useArithmetic();
  unsigned width = design.format.getWidth();
  std::string table = names.get(stem + "_table"),
              sat = flag(sats, stem + "_sat");
  wires += formatv("  logic signed [{0}:0] {1}_x, {1}_y;\n  logic {1}_sat;\n",
                   width - 1, table);
  body += formatv("  {0} {1} (.x({2}_x), .y({2}_y), .sat({2}_sat));\n", module,
                  names.get("u_" + table), table);
  instance("df_softmax", getSoftmaxParameters(op, design.format), stem);
  body += formatv("\n    .clk, .rst,\n    {0},\n    {1},\n    {2},\n"
                  "    .table_x({3}_x), .table_y({3}_y), .table_sat({3}_sat), "
                  ".sat({4}));\n",
                  connect("y", op.getLogits()), connect("t", op.getLabel()),
                  connect("b", op.getError()), table, sat);
  return success();
}

LogicalResult ModuleWriter::writeState(StateOp op) {
  FailureOr<int64_t> step =
      getRate(op, design.format, op.getStep().convertToDouble(), "the step");
  if (failed(step))
    return failure();
  std::string stem = streams[op.getError()], sat = flag(sats, stem + "_sat");
  useArithmetic();
  instance("df_state", getStateParameters(op, design.format), stem);
  body += formatv("\n    .clk, .rst, .rounds, .step({0}),\n    {1},\n    "
                  "{2}, .sat({3}));\n",
                  literal(*step), connect("in", op.getMessage()),
                  connect("out", op.getError()), sat);
  return success();
}

LogicalResult ModuleWriter::writeActivity(ActivityOp op) {
  FailureOr<int64_t> step =
      getRate(op, design.format, op.getStep().convertToDouble(), "the step");
  if (failed(step))
    return failure();
  std::string stem = streams[op.getError()], sat = flag(sats, stem + "_sat");
  useArithmetic();
  instance("df_activity", getActivityParameters(op, design.format), stem);
  body += formatv("\n    .clk, .rst, .rounds, .step({0}),\n    {1},\n    "
                  "{2},\n    {3},\n    {4}, .sat({5}));\n",
                  literal(*step), connect("mu", op.getPrediction()),
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

void ModuleWriter::writeLatch(LatchOp op) {
  instance("df_latch",
           formatv(".W({0}), .N({1}), .STRICT({2})",
                   getWordWidth(op.getInput()), getSize(op.getInput()),
                   design.graph.getStrict() ? 1 : 0)
               .str(),
           streams[op.getResult()]);
  body += formatv("\n    .clk, .rst, .rounds,\n    {0},\n    {1});\n",
                  connect("in", op.getInput()), connect("out", op.getResult()));
}

void ModuleWriter::writeFirst(FirstOp op) {
  instance("df_first",
           formatv(".W({0}), .N({1})", getWordWidth(op.getInput()),
                   getSize(op.getInput()))
               .str(),
           streams[op.getResult()]);
  body += formatv("\n    .clk, .rst, .rounds,\n    {0},\n    {1});\n",
                  connect("in", op.getInput()), connect("out", op.getResult()));
}

void ModuleWriter::writeSum(SumOp op) {
  std::string data, valid, ready, stem = streams[op.getSum()];
  for (Value term : llvm::reverse(op.getTerms())) {
    llvm::StringRef comma = data.empty() ? "" : ", ";
    data += formatv("{0}{1}_data", comma, streams[term]);
    valid += formatv("{0}{1}_valid", comma, streams[term]);
    ready += formatv("{0}{1}_ready", comma, streams[term]);
  }
  std::string sat = flag(sats, stem + "_sat");
  useArithmetic();
  instance("df_sum", getSumParameters(op, design.format), stem);
  body += formatv("\n    .clk, .rst, .in_data({{{0}}), .in_valid({{{1}}), "
                  ".in_ready({{{2}}),\n    {3}, .sat({4}));\n",
                  data, valid, ready, connect("out", op.getSum()), sat);
}

void ModuleWriter::writeSink(SinkOp op) {
  body += formatv("  logic _unused_{0};\n  assign {0}_ready = 1'b1;\n"
                  "  assign _unused_{0} = &{{1'b0, {0}_data, {0}_valid};\n",
                  streams[op.getInput()]);
}
