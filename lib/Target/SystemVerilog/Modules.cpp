// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A module for each vertex and one for the graph: three wires for each stream,
// and what its border has beside streams.

#include "ModuleWriter.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace mlir::pcflow;
using llvm::formatv;

unsigned pcflow::getWordWidth(Value stream) {
  Type element = cast<StreamType>(stream.getType()).getElement();
  if (auto word = dyn_cast<WordType>(element))
    return word.getWidth();
  return element.getIntOrFloatBitWidth();
}

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

LogicalResult ModuleWriter::writeVertex(VertexOp vertex) {
  std::string module =
      design.modules.get("vertex_" + vertex.getSymName().str());
  ModuleWriter writer(design, vertex.getBody().front(), module);
  Border border;
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

void ModuleWriter::writeOutput(OutputOp op) {
  std::string port = names.get(op.getLabel());
  declarePort(op.getInput(), port, /*isInput=*/false);
  join(streams[op.getInput()], port);
  design.outputs.push_back({op.getLabel().str(), port,
                            getWordWidth(op.getInput()),
                            getSize(op.getInput())});
}

void ModuleWriter::writeYield(YieldOp op) {
  for (auto [index, value] : llvm::enumerate(op.getValues()))
    join(streams[value], mine.streams[block.getNumArguments() + index]);
}

LogicalResult ModuleWriter::writeUnit(Operation &op) {
  return llvm::TypeSwitch<Operation *, LogicalResult>(&op)
      .Case([&](VertexOp op) { return writeVertex(op); })
      .Case([&](LearnerOpInterface op) { return writeLearner(op); })
      .Case([&](MapOp op) { return writeMap(op); })
      .Case([&](BufferOp op) { return writeBuffer(op); })
      .Case([&](StateOp op) { return writeState(op); })
      .Case([&](ActivityOp op) { return writeActivity(op); })
      .Case([&](SoftmaxErrorOp op) { return writeSoftmax(op); })
      .Case([&](ForkOp op) { return writeFork(op), success(); })
      .Case([&](PoolOp op) { return writePool(op), success(); })
      .Case([&](RearrangeOp op) { return writeRearrange(op), success(); })
      .Case([&](TapOp op) { return writeTap(op), success(); })
      .Case([&](GateOp op) { return writeGate(op), success(); })
      .Case([&](LatchOp op) { return writeLatch(op), success(); })
      .Case([&](FirstOp op) { return writeFirst(op), success(); })
      .Case([&](SumOp op) { return writeSum(op), success(); })
      .Case([&](SinkOp op) { return writeSink(op), success(); })
      .Case([&](OutputOp op) { return writeOutput(op), success(); })
      .Case([&](YieldOp op) { return writeYield(op), success(); })
      .Case([](WeightsOp) { return success(); }) // of the unit that reads them
      .Default(
          [](Operation *op) { return op->emitOpError("has no hardware"); });
}

std::string pcflow::getStreamLabel(OpResult result, const UnitNames &units) {
  if (auto vertex = dyn_cast<VertexOp>(result.getOwner()))
    return vertex.getSymName().str() + "_" + getPortLabel(vertex, result);
  std::string label = units.getStream(result);
  return label.substr(label.rfind('/') + 1);
}

std::string pcflow::getPortLabel(VertexOp vertex, BlockArgument argument) {
  unsigned index = argument.getArgNumber(),
           numParents = vertex.getParents().size();
  return index < numParents ? "parent" + std::to_string(index)
                            : "message" + std::to_string(index - numParents);
}

std::string pcflow::getPortLabel(VertexOp vertex, OpResult result) {
  unsigned index = result.getResultNumber(), numDown = vertex.getDown().size();
  return index < numDown ? "down" + std::to_string(index)
                         : "up" + std::to_string(index - numDown);
}

void pcflow::reserveCommonNames(Names &names) {
  for (const char *word :
       {"clk", "rst", "rounds", "host_we", "host_sel", "host_addr",
        "host_wdata", "host_rdata", "sat", "idle", "stall", "cut", "top"})
    names.reserve(word);
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
    std::string label =
        vertex ? getPortLabel(vertex, argument)
               : cast<StringAttr>(
                     design.graph.getInputs()[argument.getArgNumber()])
                     .str();
    std::string port = names.get(label);
    streams[argument] = port;
    declarePort(argument, port, /*isInput=*/true);
    mine.streams.push_back(port);
    if (!vertex)
      design.inputs.push_back(
          {label, port, getWordWidth(argument), getSize(argument)});
  }
  if (vertex)
    for (OpResult result : vertex->getResults()) {
      std::string port = names.get(getPortLabel(vertex, result));
      declarePort(result, port, /*isInput=*/false);
      mine.streams.push_back(port);
    }
  // Names first: units may read what stands below them.
  for (Operation &op : block)
    for (OpResult result : op.getResults())
      declare(result, getStreamLabel(result, units));
  for (Operation &op : block)
    if (failed(writeUnit(op)))
      return failure();
  if (design.options.stalls && mine.numStalls)
    ports.push_back(formatv("input  logic [{0}:0] stall", mine.numStalls - 1));
  if (isTop() && !design.links.empty())
    ports.push_back(
        formatv("input  logic [{0}:0] cut", design.links.size() - 1));
  std::string text = licence.str();
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
