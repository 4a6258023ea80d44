// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A circuit as text for CIRCT: modules and instances of hw, what is between
// them in comb. Units, maps and tables are external: the SystemVerilog of the
// same circuit. Names, parameters and connections are those of Modules.cpp.

#include "CirctModule.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace mlir::pcflow;
using llvm::formatv;

static std::string toType(unsigned width) {
  return width ? "i" + std::to_string(width) : "!seq.clock";
}

/// `W: i32 = 18, A: i4 = 9` from `.W(18), .A(4'h9)`; without values for the
/// declaration.
static std::string toParameters(llvm::StringRef settings, bool values) {
  std::string text;
  llvm::SmallVector<llvm::StringRef> parts;
  settings.split(parts, ", ", -1, /*KeepEmpty=*/false);
  for (llvm::StringRef part : parts) {
    auto [name, value] = part.drop_front().drop_back().split('(');
    unsigned width = 32;
    llvm::APInt number;
    auto [bits, digits] = value.split("'h");
    bool isPacked = !digits.empty() && !bits.getAsInteger(10, width) &&
                    !digits.getAsInteger(16, number);
    text += (text.empty() ? "<" : ", ") + name.str() + ": " + toType(width);
    if (values)
      text +=
          " = " + (isPacked ? llvm::toString(number, 10, false) : value.str());
  }
  return text.empty() ? text : text + ">";
}

std::string CirctModule::constant(int64_t value, unsigned width) {
  std::string name = formatv("%c{0}_i{1}", value, width);
  if (constants.insert(name).second)
    body += formatv("    {0} = hw.constant {1} : i{2}\n", name, value, width);
  return name;
}

std::string CirctModule::name(llvm::StringRef label) {
  return "%" + names.get(label);
}

std::string CirctModule::combine(llvm::StringRef op, unsigned width,
                                 llvm::ArrayRef<std::string> values,
                                 llvm::StringRef label) {
  if (values.size() == 1)
    return values.front();
  std::string result = name(label);
  body += formatv("    {0} = comb.{1} {2} : i{3}\n", result, op,
                  llvm::join(values, ", "), width);
  return result;
}

std::string CirctModule::concatenate(llvm::ArrayRef<std::string> values,
                                     unsigned width, llvm::StringRef label) {
  std::string result = name(label);
  std::vector<std::string> types(values.size(), toType(width));
  body += formatv("    {0} = comb.concat {1} : {2}\n", result,
                  llvm::join(values, ", "), llvm::join(types, ", "));
  return result;
}

void CirctModule::extract(llvm::StringRef result, llvm::StringRef value,
                          unsigned bit, unsigned width) {
  body += formatv("    {0} = comb.extract {1} from {2} : (i{3}) -> i1\n",
                  result, value, bit, width);
}

void CirctModule::instance(llvm::StringRef module, llvm::StringRef settings,
                           llvm::StringRef label,
                           llvm::ArrayRef<Connection> ends,
                           llvm::StringRef verilogName) {
  std::string symbol = module.str();
  std::vector<std::string> results, inputs, outputs, ports;
  for (const Connection &end : ends) {
    std::string type = toType(end.width);
    if (end.isInput) {
      inputs.push_back(end.port + ": " + end.value + ": " + type);
      ports.push_back("in %" + end.port + " : " + type);
    } else {
      results.push_back(end.value);
      outputs.push_back(end.port + ": " + type);
      ports.push_back("out " + end.port + " : " + type);
    }
  }
  if (!verilogName.empty())
    symbol = design.declare(
        verilogName, formatv("{0}({1}) attributes {{verilogName = \"{2}\"}",
                             toParameters(settings, false),
                             llvm::join(ports, ", "), verilogName)
                         .str());
  body += formatv("    {0}{1}hw.instance \"{2}\" @{3}{4}({5}) -> ({6})\n",
                  llvm::join(results, ", "), results.empty() ? "" : " = ",
                  names.get("u_" + label.str()), symbol,
                  toParameters(settings, true), llvm::join(inputs, ", "),
                  llvm::join(outputs, ", "));
}

std::string CirctDesign::declare(llvm::StringRef verilogName,
                                 const std::string &rest) {
  std::string &symbol = symbols[verilogName.str() + rest];
  if (symbol.empty()) {
    symbol = externs.get(verilogName);
    declarations += formatv("  hw.module.extern @{0}{1}\n", symbol, rest);
  }
  return symbol;
}

//===----------------------------------------------------------------------===//
// Streams
//===----------------------------------------------------------------------===//

/// Data and valid come from whoever gives, ready from whoever takes: from
/// outside where a stream leaves the module.
void CirctModule::declare(Value stream, const std::string &stem) {
  Wire wire{stem, "%" + stem + "_data", "%" + stem + "_valid",
            "%" + stem + "_ready", getWordWidth(stream)};
  Operation *reader = *stream.getUsers().begin();
  if (auto output = dyn_cast<OutputOp>(reader)) {
    wire.ready = "%" + names.get(output.getLabel()) + "_ready";
  } else if (auto yield = dyn_cast<YieldOp>(reader)) {
    unsigned index = stream.getUses().begin()->getOperandNumber();
    wire.ready = "%" + results[index] + "_ready";
  }
  wires[stream] = wire;
}

void CirctModule::give(std::vector<Connection> &ends, llvm::StringRef port,
                       Value stream) {
  const Wire &wire = wires[stream];
  ends.push_back({port.str() + "_data", wire.data, wire.width, false});
  ends.push_back({port.str() + "_valid", wire.valid, 1, false});
  ends.push_back({port.str() + "_ready", wire.ready, 1, true});
}

void CirctModule::take(std::vector<Connection> &ends, llvm::StringRef port,
                       Value stream) {
  const Wire &wire = wires[stream];
  ends.push_back({port.str() + "_data", wire.data, wire.width, true});
  ends.push_back({port.str() + "_valid", wire.valid, 1, true});
  ends.push_back({port.str() + "_ready", wire.ready, 1, false});
}

void CirctModule::addPort(bool isInput, const std::string &port, unsigned width,
                          const std::string &value) {
  ports.push_back({port, value, width, isInput});
}

void CirctModule::addStream(bool isInput, const std::string &port,
                            const Wire &wire) {
  addPort(isInput, port + "_data", wire.width, wire.data);
  addPort(isInput, port + "_valid", 1, wire.valid);
  addPort(!isInput, port + "_ready", 1, wire.ready);
}

void CirctModule::addCommonPorts() {
  unsigned width = design.format.getWidth();
  addPort(true, "clk", 0, "%clk");
  addPort(true, "rst", 1, "%rst");
  addPort(true, "rounds", 16, "%rounds");
  addPort(true, "host_we", 1, "%host_we");
  addPort(true, "host_sel", 16, "%host_sel");
  addPort(true, "host_addr", 32, "%host_addr");
  addPort(true, "host_wdata", width, "%host_wdata");
}

/// The streams at the border; names inside first, so that units may read what
/// stands below them.
void CirctModule::declareStreams() {
  auto vertex = dyn_cast<VertexOp>(block.getParentOp());
  for (BlockArgument argument : block.getArguments())
    arguments.push_back(names.get(
        vertex ? getPortLabel(vertex, argument)
               : cast<StringAttr>(
                     design.graph.getInputs()[argument.getArgNumber()])
                     .str()));
  if (vertex)
    for (OpResult result : vertex->getResults())
      results.push_back(names.get(getPortLabel(vertex, result)));
  for (auto [argument, port] : llvm::zip_equal(block.getArguments(), arguments))
    declare(argument, port);
  for (Operation &op : block) {
    std::string copies;
    for (OpResult result : op.getResults()) {
      declare(result, names.get(getStreamLabel(result, units)));
      if (!isa<ForkOp>(op))
        continue;
      if (copies.empty())
        copies = name(wires[op.getOperand(0)].stem + "_copy");
      wires[result].data = copies;
    }
  }
  for (auto [argument, port] : llvm::zip_equal(block.getArguments(), arguments))
    addStream(true, port, wires[argument]);
}

//===----------------------------------------------------------------------===//
// Units
//===----------------------------------------------------------------------===//

std::vector<CirctModule::Connection> CirctModule::begin(bool hasRounds) {
  std::vector<Connection> ends = {{"clk", "%clk", 0, true},
                                  {"rst", "%rst", 1, true}};
  if (hasRounds)
    ends.push_back({"rounds", "%rounds", 16, true});
  return ends;
}

void CirctModule::flag(std::vector<Connection> &ends, llvm::StringRef port,
                       std::vector<std::string> &flags,
                       const std::string &label) {
  flags.push_back(name(label + "_" + port.str()));
  ends.push_back({port.str(), flags.back(), 1, false});
}

LogicalResult CirctModule::writeLearner(LearnerOpInterface op) {
  FailureOr<int64_t> rate =
      getFactor(op, design.format, op.getRateAttr(), "the rate");
  FailureOr<int64_t> momentum =
      getFactor(op, design.format, op.getMomentumAttr(), "the momentum");
  if (failed(rate) || failed(momentum))
    return failure();
  std::string label = getUnitLabel(op, units);
  unsigned width = design.format.getWidth();
  std::vector<Connection> ends = begin(true);
  unsigned bits = getFactorWidth(design.format);
  ends.push_back({"rate", constant(*rate, bits), bits, true});
  ends.push_back({"momentum", constant(*momentum, bits), bits, true});
  take(ends, "x", op->getOperand(0));
  give(ends, "y", op->getResult(0));
  take(ends, "d", op.getError());
  if (op.getMessage()) {
    give(ends, "g", op.getMessage());
  } else {
    ends.push_back({"g_data", name(label + "_g_data"), width, false});
    ends.push_back({"g_valid", name(label + "_g_valid"), 1, false});
    ends.push_back({"g_ready", constant(1, 1), 1, true});
  }
  std::string number = constant(design.numMemories++, 16);
  std::string selected = name(label + "_selected"), we = name(label + "_we"),
              read = name(label + "_rdata"), seen = name(label + "_seen");
  body += formatv("    {0} = comb.icmp eq %host_sel, {1} : i16\n", selected,
                  number);
  body += formatv("    {0} = comb.and %host_we, {1} : i1\n", we, selected);
  body += formatv("    {0} = comb.mux {1}, {2}, {3} : i{4}\n", seen, selected,
                  read, constant(0, width), width);
  reads.push_back(seen);
  ends.push_back({"host_we", we, 1, true});
  ends.push_back({"host_addr", "%host_addr", 32, true});
  ends.push_back({"host_wdata", "%host_wdata", width, true});
  ends.push_back({"host_rdata", read, width, false});
  flag(ends, "sat", sats, label);
  flag(ends, "idle", idles, label);
  instance("", getLearnerParameters(op, design.format), label, ends,
           isa<ConvOp>(*op) ? "df_conv" : "df_linear");
  return success();
}

void CirctModule::writeMap(MapOp op) {
  std::string module = design.modules.get("map_" + units.getUnit(op));
  std::string label = getUnitLabel(op, units);
  std::vector<Connection> ends = begin(false);
  for (auto [index, input] : llvm::enumerate(op.getInputs()))
    take(ends, "in" + std::to_string(index), input);
  give(ends, "out", op.getResult());
  flag(ends, "sat", sats, label);
  instance("", "", label, ends, module);
}

void CirctModule::writeFork(ForkOp op) {
  unsigned count = op.getCopies().size(), width = getWordWidth(op.getInput());
  std::string label = "fork_" + wires[op.getInput()].stem;
  std::vector<std::string> readies;
  for (Value copy : llvm::reverse(op.getCopies()))
    readies.push_back(wires[copy].ready);
  std::string ready = concatenate(readies, 1, label + "_ready"),
              valid = name(label + "_valid");
  std::vector<Connection> ends = begin(false);
  take(ends, "in", op.getInput());
  ends.push_back({"out_data", wires[op.getCopies()[0]].data, width, false});
  ends.push_back({"out_valid", valid, count, false});
  ends.push_back({"out_ready", ready, count, true});
  instance("", formatv(".W({0}), .NOUT({1})", width, count).str(), label, ends,
           "df_fork");
  for (auto [bit, copy] : llvm::enumerate(op.getCopies()))
    extract(wires[copy].valid, valid, bit, count);
}

void CirctModule::writeSum(SumOp op) {
  unsigned count = op.getTerms().size(), width = getWordWidth(op.getSum());
  std::string label = getStreamLabel(cast<OpResult>(op.getSum()), units);
  std::vector<std::string> data, valids;
  for (Value term : llvm::reverse(op.getTerms())) {
    data.push_back(wires[term].data);
    valids.push_back(wires[term].valid);
  }
  std::string ready = name(label + "_terms_ready");
  std::vector<Connection> ends = begin(false);
  ends.push_back({"in_data", concatenate(data, width, label + "_terms_data"),
                  count * width, true});
  ends.push_back({"in_valid", concatenate(valids, 1, label + "_terms_valid"),
                  count, true});
  ends.push_back({"in_ready", ready, count, false});
  give(ends, "out", op.getSum());
  flag(ends, "sat", sats, label);
  instance("", getSumParameters(op, design.format), label, ends, "df_sum");
  for (auto [bit, term] : llvm::enumerate(op.getTerms()))
    extract(wires[term].ready, ready, bit, count);
}

FailureOr<std::vector<CirctModule::Connection>>
CirctModule::beginStep(Operation *op, APFloat step) {
  FailureOr<int64_t> word =
      getRate(op, design.format, step.convertToDouble(), "the step");
  if (failed(word))
    return failure();
  std::vector<Connection> ends = begin(true);
  unsigned bits = getFactorWidth(design.format);
  ends.push_back({"step", constant(*word, bits), bits, true});
  return ends;
}

LogicalResult CirctModule::writeState(StateOp op) {
  FailureOr<std::vector<Connection>> started = beginStep(op, op.getStep());
  if (failed(started))
    return failure();
  std::vector<Connection> &ends = *started;
  std::string label = getStreamLabel(cast<OpResult>(op.getError()), units);
  take(ends, "in", op.getMessage());
  give(ends, "out", op.getError());
  flag(ends, "sat", sats, label);
  instance("", getStateParameters(op, design.format), label, ends, "df_state");
  return success();
}

LogicalResult CirctModule::writeActivity(ActivityOp op) {
  FailureOr<std::vector<Connection>> started = beginStep(op, op.getStep());
  if (failed(started))
    return failure();
  std::vector<Connection> &ends = *started;
  std::string label = getStreamLabel(cast<OpResult>(op.getError()), units);
  take(ends, "mu", op.getPrediction());
  take(ends, "g", op.getMessage());
  give(ends, "v", op.getValue());
  give(ends, "d", op.getError());
  flag(ends, "sat", sats, label);
  instance("", getActivityParameters(op, design.format), label, ends,
           "df_activity");
  return success();
}

/// A latch, or the first of what comes.
void CirctModule::writeOnce(Operation *op, llvm::StringRef unit,
                            llvm::StringRef more) {
  std::vector<Connection> ends = begin(true);
  take(ends, "in", op->getOperand(0));
  give(ends, "out", op->getResult(0));
  instance("",
           formatv(".W({0}), .N({1}){2}", getWordWidth(op->getOperand(0)),
                   getSize(op->getOperand(0)), more)
               .str(),
           getStreamLabel(op->getResult(0), units), ends, unit);
}

void CirctModule::writePool(PoolOp op) {
  std::string label = getStreamLabel(cast<OpResult>(op.getPrediction()), units);
  std::vector<Connection> ends = begin(true);
  take(ends, "x", op.getInput());
  give(ends, "y", op.getPrediction());
  take(ends, "d", op.getError());
  give(ends, "g", op.getMessage());
  flag(ends, "sat", sats, label);
  instance("", getPoolParameters(op, design.format), label, ends, "df_pool");
}

void CirctModule::writeRearrange(RearrangeOp op) {
  std::string label = getStreamLabel(cast<OpResult>(op.getResult()), units);
  std::vector<Connection> ends = begin(false);
  take(ends, "in", op.getInput());
  give(ends, "out", op.getResult());
  flag(ends, "sat", sats, label);
  instance("", getRearrangeParameters(op, design.format), label, ends,
           "df_rearrange");
}

void CirctModule::writeSoftmax(SoftmaxErrorOp op) {
  unsigned width = design.format.getWidth();
  std::string stem = wires[op.getError()].stem;
  std::string module = design.modules.get(moduleName + "_" + stem + "_table");
  std::string x = name(stem + "_table_x"), y = name(stem + "_table_y"),
              clips = name(stem + "_table_sat");
  instance(
      "", "", stem + "_table",
      {{"x", x, width, true}, {"y", y, width, false}, {"sat", clips, 1, false}},
      module);
  std::vector<Connection> ends = begin(false);
  take(ends, "y", op.getLogits());
  take(ends, "t", op.getLabel());
  give(ends, "b", op.getError());
  ends.push_back({"table_x", x, width, false});
  ends.push_back({"table_y", y, width, true});
  ends.push_back({"table_sat", clips, 1, true});
  flag(ends, "sat", sats, stem);
  instance("", getSoftmaxParameters(op, design.format), stem, ends,
           "df_softmax");
}

void CirctModule::writeBuffer(BufferOp op) {
  std::vector<Connection> ends = begin(false);
  take(ends, "in", op.getInput());
  give(ends, "out", op.getResult());
  instance("",
           formatv(".W({0}), .DEPTH({1})", getWordWidth(op.getInput()),
                   *op.getDepth())
               .str(),
           "fifo_" + wires[op.getInput()].stem, ends, "df_fifo");
}

void CirctModule::writeTap(TapOp op) {
  unsigned width = getWordWidth(op.getInput());
  std::string port = names.get("tap_" + op.getLabel().str());
  std::vector<Connection> ends;
  take(ends, "in", op.getInput());
  give(ends, "out", op.getResult());
  ends.push_back({"tap_fire", "%" + port + "_fire", 1, false});
  ends.push_back({"tap_data", "%" + port + "_data", width, false});
  addPort(false, port + "_fire", 1, "%" + port + "_fire");
  addPort(false, port + "_data", width, "%" + port + "_data");
  instance("", formatv(".W({0})", width).str(), port, ends, "df_tap");
}

void CirctModule::writeGate(GateOp op) {
  unsigned number =
      llvm::find(design.links, op.getLink()) - design.links.begin();
  if (number == design.links.size())
    design.links.push_back(op.getLink().str());
  std::string cut = "%cut_" + std::to_string(number);
  if (constants.insert(cut).second)
    cuts.push_back({cut, number});
  std::vector<Connection> ends = {{"cut", cut, 1, true}};
  take(ends, "in", op.getInput());
  give(ends, "out", op.getResult());
  instance("", formatv(".W({0})", getWordWidth(op.getInput())).str(),
           getStreamLabel(cast<OpResult>(op.getResult()), units), ends,
           "df_gate");
}

LogicalResult CirctModule::writeVertex(VertexOp vertex) {
  CirctModule inside(design, vertex.getBody().front(),
                     design.modules.get("vertex_" + vertex.getSymName().str()));
  if (failed(inside.write()))
    return failure();
  std::string label = vertex.getSymName().str();
  llvm::StringMap<std::string> outside; // by port
  llvm::SmallVector<Value> streams(vertex->getOperands());
  llvm::append_range(streams, vertex->getResults());
  for (auto [port, stream] : llvm::zip_equal(inside.getStreams(), streams)) {
    outside[port + "_data"] = wires[stream].data;
    outside[port + "_valid"] = wires[stream].valid;
    outside[port + "_ready"] = wires[stream].ready;
  }
  std::vector<Connection> ends = inside.ports;
  for (Connection &end : ends) {
    auto found = outside.find(end.port);
    if (found != outside.end()) {
      end.value = found->second;
    } else if (!end.isInput) {
      end.value = name(label + "_" + end.port);
      if (end.port == "sat")
        sats.push_back(end.value);
      else if (end.port == "idle")
        idles.push_back(end.value);
      else if (end.port == "host_rdata")
        reads.push_back(end.value);
      else
        addPort(false, end.port, end.width, end.value);
    }
  }
  instance(inside.moduleName, "", label, ends, "");
  return success();
}

LogicalResult CirctModule::writeUnit(Operation &op) {
  return llvm::TypeSwitch<Operation *, LogicalResult>(&op)
      .Case([&](VertexOp op) { return writeVertex(op); })
      .Case([&](LearnerOpInterface op) { return writeLearner(op); })
      .Case([&](StateOp op) { return writeState(op); })
      .Case([&](ActivityOp op) { return writeActivity(op); })
      .Case([&](MapOp op) { return writeMap(op), success(); })
      .Case([&](PoolOp op) { return writePool(op), success(); })
      .Case([&](RearrangeOp op) { return writeRearrange(op), success(); })
      .Case([&](BufferOp op) { return writeBuffer(op), success(); })
      .Case([&](SoftmaxErrorOp op) { return writeSoftmax(op), success(); })
      .Case([&](ForkOp op) { return writeFork(op), success(); })
      .Case([&](SumOp op) { return writeSum(op), success(); })
      .Case([&](TapOp op) { return writeTap(op), success(); })
      .Case([&](GateOp op) { return writeGate(op), success(); })
      .Case([&](LatchOp op) {
        writeOnce(op, "df_latch",
                  design.graph.getStrict() ? ", .STRICT(1)" : ", .STRICT(0)");
        return success();
      })
      .Case(
          [&](FirstOp op) { return writeOnce(op, "df_first", ""), success(); })
      .Case([&](SinkOp op) {
        body += formatv("    {0} = hw.constant 1 : i1\n",
                        wires[op.getInput()].ready);
        return success();
      })
      .Case([&](OutputOp op) {
        llvm::StringRef ready = wires[op.getInput()].ready;
        addStream(false, ready.drop_front().drop_back(strlen("_ready")).str(),
                  wires[op.getInput()]);
        return success();
      })
      .Case([&](YieldOp op) {
        for (auto [port, value] : llvm::zip_equal(results, op.getValues()))
          addStream(false, port, wires[value]);
        return success();
      })
      .Case([](WeightsOp) { return success(); })
      .Default([](Operation *op) {
        return op->emitOpError("has no text for CIRCT; the nearest that has: "
                               "SystemVerilog (--to-systemverilog)");
      });
}

LogicalResult CirctModule::write() {
  unsigned width = design.format.getWidth();
  addCommonPorts();
  declareStreams();
  for (Operation &op : block)
    if (failed(writeUnit(op)))
      return failure();
  if (!cuts.empty())
    addPort(true, "cut", design.links.size(), "%cut");
  for (auto [cut, number] : cuts)
    extract(cut, "%cut", number, design.links.size());
  auto orElse = [&](std::vector<std::string> values, int64_t none,
                    unsigned bits) {
    if (values.empty())
      values.push_back(constant(none, bits));
    return values;
  };
  addPort(false, "host_rdata", width,
          combine("or", width, orElse(reads, 0, width), "all_rdata"));
  addPort(false, "sat", 1, combine("or", 1, orElse(sats, 0, 1), "any_sat"));
  addPort(false, "idle", 1, combine("and", 1, orElse(idles, 1, 1), "all_idle"));
  std::vector<std::string> border, values, types;
  for (const Connection &port : ports) {
    std::string type = toType(port.width);
    border.push_back((port.isInput ? "in %" : "out ") + port.port + " : " +
                     type);
    if (port.isInput)
      continue;
    values.push_back(port.value);
    types.push_back(type);
  }
  design.text +=
      formatv("  hw.module @{0}({1}) {{\n{2}    hw.output {3} : {4}\n"
              "  }\n",
              moduleName, llvm::join(border, ", "), body,
              llvm::join(values, ", "), llvm::join(types, ", "));
  return success();
}

FailureOr<std::string> pcflow::emitCirct(GraphOp graph) {
  FailureOr<WordType> format = getCircuitFormat(graph);
  if (failed(format))
    return failure();
  CirctDesign design{graph, *format};
  CirctModule top(design, graph.getBody().front(), design.modules.get("top"));
  if (failed(top.write()))
    return failure();
  return "// The units are those of pc-translate --to-systemverilog.\nmodule "
         "{\n" +
         design.declarations + design.text + "}\n";
}
