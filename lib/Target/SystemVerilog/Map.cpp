// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Map.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"
#include "pc/Dialect/Dataflow/IR/Single.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace mlir;
using namespace mlir::pcflow;
using llvm::formatv;

namespace {

/// A value of the region: its identifier, the stage that its word is of, and
/// the last stage that reads it. Constants are of every stage.
struct Word {
  std::string name;
  int64_t stage = 0, last = 0;
  bool isConstant = false, isBit = false;
};

class MapWriter {
public:
  MapWriter(MapOp map, WordType format, llvm::StringRef name,
            CircuitFiles &files)
      : map(map), width(format.getWidth()), format(format), name(name),
        files(files) {}

  LogicalResult write(llvm::raw_ostream &os);

private:
  void place();
  LogicalResult write(Operation &op);
  LogicalResult writeConstant(arith::ConstantOp op);
  LogicalResult writeCompare(arith::CmpFOp op);
  LogicalResult writeFloatCompare(arith::CmpFOp op);
  LogicalResult writeFloat(Operation &op);
  void writeTable(LookupOp op);
  void writeSelect(arith::SelectOp op);
  /// A sum or product, exact in `wide` bits, rounded once.
  void writeRounded(Operation &op, llvm::StringRef expression, unsigned wide,
                    unsigned shift);
  /// The word that `op` computes, where it is computed.
  std::string getTarget(Operation &op);
  /// What `value` is called where `op`, or the yield, reads it.
  std::string read(Value value, int64_t stage);
  int64_t getStageOf(Operation &op);
  void declare(Operation &op);
  void writeShell(llvm::raw_ostream &os);

  MapOp map;
  unsigned width;
  WordType format;
  llvm::StringRef name;
  CircuitFiles &files;
  llvm::DenseMap<Value, Word> words; // never iterated
  int64_t latency = 1;
  std::string body, registers;
  std::vector<std::pair<int64_t, std::string>> flags; // stage, saturation
  unsigned numTables = 0;
};

} // namespace

static bool endsStage(Operation &op) {
  return isa<arith::MulFOp, LookupOp>(op);
}

/// The stage whose words `op` reads.
int64_t MapWriter::getStageOf(Operation &op) {
  int64_t stage = 0;
  for (Value operand : op.getOperands())
    stage = std::max(stage, words[operand].stage);
  return stage;
}

/// Numbers the values and finds the stage of each, and how long it is read.
void MapWriter::place() {
  Block &block = map.getBody().front();
  latency = map.getLatency();
  unsigned number = 0;
  for (BlockArgument argument : block.getArguments())
    words[argument].name = "in" + std::to_string(argument.getArgNumber());
  for (Operation &op : block) {
    int64_t stage = isa<YieldOp>(op) ? latency : getStageOf(op);
    for (Value operand : op.getOperands())
      words[operand].last = std::max(words[operand].last, stage);
    for (Value result : op.getResults()) {
      Word &word = words[result];
      word.name = "v" + std::to_string(number++);
      word.isConstant = isa<arith::ConstantOp>(op);
      word.isBit = result.getType().isInteger(1);
      word.stage = word.last =
          word.isConstant ? 0 : stage + (endsStage(op) ? 1 : 0);
    }
  }
}

std::string MapWriter::read(Value value, int64_t stage) {
  const Word &word = words[value];
  if (word.isConstant)
    return word.name;
  return word.name + "_" + std::to_string(stage);
}

/// Declares the word at its stage and the registers that carry it on.
void MapWriter::declare(Operation &op) {
  for (Value result : op.getResults()) {
    const Word &word = words[result];
    std::string type =
        word.isBit ? "logic" : formatv("logic signed [{0}:0]", width - 1).str();
    if (word.isConstant) {
      body += formatv("  {0} {1};\n", type, word.name);
      continue;
    }
    for (int64_t stage = word.stage; stage <= word.last; ++stage)
      body += formatv("  {0} {1}_{2};\n", type, word.name, stage);
    if (endsStage(op)) { // computed in the stage before
      body += formatv("  {0} {1}_next;\n", type, word.name);
      registers += formatv("    if (ready{0}) {1}_{0} <= {1}_next;\n",
                           word.stage, word.name);
    }
    for (int64_t stage = word.stage + 1; stage <= word.last; ++stage)
      registers += formatv("    if (ready{0}) {1}_{0} <= {1}_{2};\n", stage,
                           word.name, stage - 1);
  }
}

std::string MapWriter::getTarget(Operation &op) {
  const Word &word = words[op.getResult(0)];
  return endsStage(op) ? word.name + "_next"
                       : word.name + "_" + std::to_string(word.stage);
}

void MapWriter::writeRounded(Operation &op, llvm::StringRef expression,
                             unsigned wide, unsigned shift) {
  const Word &word = words[op.getResult(0)];
  body += formatv(R"(  logic signed [{0}:0] {1}_exact;
  logic {1}_over;
  assign {1}_exact = {2};
  df_round #(.WI({3}), .SHIFT({4}), .WO({5})) u_{1} (.a({1}_exact), .y({6}), .sat({1}_over));
)",
                  wide - 1, word.name, expression, wide, shift, width,
                  getTarget(op));
  flags.emplace_back(getStageOf(op), word.name + "_over");
}

LogicalResult MapWriter::writeConstant(arith::ConstantOp op) {
  const Word &word = words[op.getResult()];
  if (word.isBit) {
    body +=
        formatv("  assign {0} = 1'b{1};\n", word.name,
                cast<IntegerAttr>(op.getValue()).getValue().isZero() ? 0 : 1);
    return success();
  }
  auto value = dyn_cast<FloatAttr>(op.getValue());
  if (!value)
    return op.emitOpError("has no hardware: it is neither a float nor a bit");
  llvm::APFloat number = value.getValue();
  bool lossy;
  number.convert(llvm::APFloat::IEEEdouble(),
                 llvm::APFloat::rmNearestTiesToEven, &lossy);
  if (format.isFloat()) {
    body += formatv("  assign {0} = 32'h{1};\n", word.name,
                    llvm::utohexstr(static_cast<uint32_t>(
                        Single(number.convertToDouble()).toWord())));
    return success();
  }
  double most = std::ldexp(1.0, width - 1);
  double scaled = std::nearbyint(
      std::ldexp(number.convertToDouble(), format.getFraction()));
  auto bits = static_cast<int64_t>(std::min(most - 1, std::max(-most, scaled)));
  body += formatv("  assign {0} = {1}{2}'sd{3};\n", word.name,
                  bits < 0 ? "-" : "", width, bits < 0 ? -bits : bits);
  return success();
}

LogicalResult MapWriter::writeCompare(arith::CmpFOp op) {
  using P = arith::CmpFPredicate;
  const char *sign = nullptr;
  switch (op.getPredicate()) { // words are ordered: none is NaN
  case P::OEQ:
  case P::UEQ:
    sign = "==";
    break;
  case P::ONE:
  case P::UNE:
    sign = "!=";
    break;
  case P::OGT:
  case P::UGT:
    sign = ">";
    break;
  case P::OGE:
  case P::UGE:
    sign = ">=";
    break;
  case P::OLT:
  case P::ULT:
    sign = "<";
    break;
  case P::OLE:
  case P::ULE:
    sign = "<=";
    break;
  default:
    return op.emitOpError("has no hardware: fixed-point words are always "
                          "ordered; compare by oeq to ole");
  }
  int64_t stage = getStageOf(*op);
  body +=
      formatv("  assign {0}_{1} = {2} {3} {4};\n", words[op.getResult()].name,
              stage, read(op.getLhs(), stage), sign, read(op.getRhs(), stage));
  return success();
}

void MapWriter::writeTable(LookupOp op) {
  std::string module = (name + "_table" + llvm::Twine(numTables++)).str();
  std::string text =
      "// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception\n";
  llvm::raw_string_ostream os(text);
  emitTable(op.getKnots(), op.getRange(), format, module, os);
  files[module + ".sv"] = text;
  const Word &word = words[op.getResult()];
  body += formatv("  logic {0}_over;\n"
                  "  {1} u_{0} (.x({2}), .y({0}_next), .sat({0}_over));\n",
                  word.name, module, read(op.getOperand(), word.stage - 1));
  flags.emplace_back(word.stage - 1, word.name + "_over");
}

void MapWriter::writeSelect(arith::SelectOp op) {
  int64_t stage = getStageOf(*op);
  body +=
      formatv("  assign {0}_{1} = {2} ? {3} : {4};\n",
              words[op.getResult()].name, stage, read(op.getCondition(), stage),
              read(op.getTrueValue(), stage), read(op.getFalseValue(), stage));
}

LogicalResult MapWriter::writeFloatCompare(arith::CmpFOp op) {
  using P = arith::CmpFPredicate;
  const Word &word = words[op.getResult()];
  int64_t stage = getStageOf(*op);
  std::string less = word.name + "_less", equal = word.name + "_equal",
              unordered = word.name + "_unordered", holds;
  std::string greater = formatv("~({0} | {1} | {2})", less, equal, unordered);
  switch (op.getPredicate()) {
  case P::OEQ:
    holds = equal;
    break;
  case P::UEQ:
    holds = equal + " | " + unordered;
    break;
  case P::ONE:
    holds = formatv("~({0} | {1})", equal, unordered);
    break;
  case P::UNE:
    holds = "~" + equal;
    break;
  case P::OGT:
    holds = greater;
    break;
  case P::UGT:
    holds = formatv("~({0} | {1})", less, equal);
    break;
  case P::OGE:
    holds = formatv("~({0} | {1})", less, unordered);
    break;
  case P::UGE:
    holds = "~" + less;
    break;
  case P::OLT:
    holds = less;
    break;
  case P::ULT:
    holds = less + " | " + unordered;
    break;
  case P::OLE:
    holds = less + " | " + equal;
    break;
  case P::ULE:
    holds = "~" + greater;
    break;
  case P::ORD:
    holds = "~" + unordered;
    break;
  case P::UNO:
    holds = unordered;
    break;
  default:
    return op.emitOpError("has no hardware: it compares nothing");
  }
  body += formatv("  logic {0}, {1}, {2}, _unused_{3};\n"
                  "  f32_compare u_{3} (.a({4}), .b({5}), .less({0}), "
                  ".equal({1}), .unordered({2}));\n"
                  "  assign {3}_{6} = {7};\n"
                  "  assign _unused_{3} = &{{1'b0, {0}, {1}, {2}};\n",
                  less, equal, unordered, word.name, read(op.getLhs(), stage),
                  read(op.getRhs(), stage), stage, holds);
  return success();
}

/// An operation of words of floats: a unit each, but for the sign.
LogicalResult MapWriter::writeFloat(Operation &op) {
  int64_t stage = getStageOf(op);
  const Word &word = words[op.getResult(0)];
  std::string target = getTarget(op);
  auto x = [&](unsigned operand) {
    return read(op.getOperand(operand), stage);
  };
  auto negated = [&](unsigned operand) {
    return formatv("{{~{0}[31], {0}[30:0]}", x(operand)).str();
  };
  auto use = [&](const char *unit, const std::string &a, const std::string &b) {
    body += formatv("  {0} u_{1} (.a({2}), .b({3}), .y({4}));\n", unit,
                    word.name, a, b, target);
  };
  bool isNum = isa<arith::MaxNumFOp, arith::MinNumFOp>(op);
  if (isa<arith::AddFOp>(op))
    use("f32_add", x(0), x(1));
  else if (isa<arith::SubFOp>(op))
    use("f32_add", x(0), negated(1));
  else if (isa<arith::MulFOp>(op))
    use("f32_mul", x(0), x(1));
  else if (isa<arith::NegFOp>(op))
    body += formatv("  assign {0} = {1};\n", target, negated(0));
  else if (isa<arith::MaximumFOp, arith::MaxNumFOp>(op))
    use(isNum ? "f32_extremum #(.NUM(1))" : "f32_extremum", x(0), x(1));
  else if (isa<arith::MinimumFOp, arith::MinNumFOp>(op))
    use(isNum ? "f32_extremum #(.MIN(1), .NUM(1))" : "f32_extremum #(.MIN(1))",
        x(0), x(1));
  else
    return op.emitOpError("has no hardware; the nearest that has: a table of "
                          "one word (pcflow-quantize)");
  if (isa<arith::AddFOp, arith::SubFOp, arith::MulFOp>(op))
    flags.emplace_back(stage, formatv("(&{0}[30:23])", target));
  return success();
}

LogicalResult MapWriter::write(Operation &op) {
  declare(op);
  int64_t stage = getStageOf(op);
  auto wide = [&](unsigned operand, unsigned bits) {
    return formatv("{0}'({1})", bits, read(op.getOperand(operand), stage))
        .str();
  };
  auto choose = [&](const char *sign) {
    body += formatv("  assign {0}_{1} = ({2} {3} {4}) ? {2} : {4};\n",
                    words[op.getResult(0)].name, stage,
                    read(op.getOperand(0), stage), sign,
                    read(op.getOperand(1), stage));
  };
  if (auto constant = dyn_cast<arith::ConstantOp>(op))
    return writeConstant(constant);
  if (auto compare = dyn_cast<arith::CmpFOp>(op))
    return format.isFloat() ? writeFloatCompare(compare)
                            : writeCompare(compare);
  if (auto lookup = dyn_cast<LookupOp>(op))
    return writeTable(lookup), success();
  if (auto select = dyn_cast<arith::SelectOp>(op))
    return writeSelect(select), success();
  if (format.isFloat())
    return writeFloat(op);
  if (isa<arith::AddFOp>(op))
    writeRounded(op, wide(0, width + 1) + " + " + wide(1, width + 1), width + 1,
                 0);
  else if (isa<arith::SubFOp>(op))
    writeRounded(op, wide(0, width + 1) + " - " + wide(1, width + 1), width + 1,
                 0);
  else if (isa<arith::NegFOp>(op))
    writeRounded(op, "-" + wide(0, width + 1), width + 1, 0);
  else if (isa<arith::MulFOp>(op))
    writeRounded(op, wide(0, 2 * width) + " * " + wide(1, 2 * width), 2 * width,
                 format.getFraction());
  else if (isa<arith::MaximumFOp, arith::MaxNumFOp>(op))
    choose(">");
  else if (isa<arith::MinimumFOp, arith::MinNumFOp>(op))
    choose("<");
  else
    return op.emitOpError("has no hardware; the nearest that has: a table of "
                          "one word (pcflow-quantize)");
  return success();
}

/// Ports, handshake and the registers of the stages.
void MapWriter::writeShell(llvm::raw_ostream &os) {
  unsigned numInputs = map.getInputs().size();
  os << "module " << name << " (\n  input  logic clk,\n  input  logic rst,\n";
  for (unsigned i = 0; i < numInputs; ++i)
    os << formatv("  input  logic signed [{0}:0] in{1}_data,\n"
                  "  input  logic in{1}_valid,\n  output logic in{1}_ready,\n",
                  width - 1, i);
  os << formatv("  output logic [{0}:0] out_data,\n  output logic out_valid,\n"
                "  input  logic out_ready,\n  output logic sat\n);\n",
                width - 1);
  os << "  logic valid0;\n  assign valid0 = ";
  for (unsigned i = 0; i < numInputs; ++i)
    os << (i ? " & " : "") << formatv("in{0}_valid", i);
  os << ";\n";
  for (int64_t stage = 1; stage <= latency; ++stage)
    os << formatv("  logic valid{0}, ready{0};\n", stage);
  for (int64_t stage = 1; stage <= latency; ++stage)
    os << formatv("  assign ready{0} = ~valid{0} | {1};\n", stage,
                  stage == latency ? std::string("out_ready")
                                   : formatv("ready{0}", stage + 1).str());
  for (unsigned i = 0; i < numInputs; ++i)
    os << formatv("  assign in{0}_ready = valid0 & ready1;\n", i);
  os << "  always_ff @(posedge clk) begin\n    if (rst) begin\n";
  for (int64_t stage = 1; stage <= latency; ++stage)
    os << formatv("      valid{0} <= 1'b0;\n", stage);
  os << "    end else begin\n";
  for (int64_t stage = 1; stage <= latency; ++stage)
    os << formatv("      if (ready{0}) valid{0} <= valid{1};\n", stage,
                  stage - 1);
  os << "    end\n  end\n";
}

LogicalResult MapWriter::write(llvm::raw_ostream &os) {
  place();
  Block &block = map.getBody().front();
  for (BlockArgument argument : block.getArguments()) {
    const Word &word = words[argument];
    body +=
        formatv("  logic signed [{0}:0] {1}_0;\n  assign {1}_0 = {1}_data;\n",
                width - 1, word.name);
    for (int64_t stage = 1; stage <= word.last; ++stage) {
      body += formatv("  logic signed [{0}:0] {1}_{2};\n", width - 1, word.name,
                      stage);
      registers += formatv("    if (ready{0}) {1}_{0} <= {1}_{2};\n", stage,
                           word.name, stage - 1);
    }
  }
  for (Operation &op : block.without_terminator())
    if (failed(write(op)))
      return failure();
  Value result = cast<YieldOp>(block.getTerminator()).getValues().front();
  std::string out = read(result, latency);
  writeShell(os);
  os << body << "  always_ff @(posedge clk) begin\n" << registers << "  end\n";
  os << formatv("  assign out_valid = valid{0};\n  assign out_data = {1};\n",
                latency, out);
  // What stands in a stage without a word is nobody's.
  std::string over;
  for (auto &[stage, flag] : flags)
    over +=
        formatv("{0}({1} & valid{2})", over.empty() ? "" : " | ", flag, stage);
  os << formatv("  always_ff @(posedge clk)\n    if (rst) sat <= 1'b0;\n"
                "    else if ({0}) sat <= 1'b1;\n",
                over.empty() ? "1'b0" : over);
  os << "  logic _unused;\n  assign _unused = &{1'b0";
  for (BlockArgument argument : block.getArguments())
    os << ", " << words[argument].name << "_0";
  for (Operation &op : block.without_terminator())
    for (Value value : op.getResults())
      if (value.use_empty())
        os << ", " << read(value, words[value].stage);
  os << "};\nendmodule\n";
  return success();
}

LogicalResult pcflow::emitMap(MapOp map, WordType format, llvm::StringRef name,
                              CircuitFiles &files, llvm::raw_ostream &os) {
  return MapWriter(map, format, name, files).write(os);
}
