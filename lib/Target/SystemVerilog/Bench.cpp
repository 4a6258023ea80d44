// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// circuit.h: what the bench of circuit_bench.h has to know of one design.

#include "Design.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace mlir::pcflow;
using llvm::formatv;

static std::string list(ArrayRef<int64_t> words) {
  std::string text = "{";
  for (int64_t word : words)
    text += (text.size() > 1 ? ", " : "") + std::to_string(word);
  return text + "}";
}

/// What sets bit `i` of a port. Ports of more than 64 bits are arrays of 32.
static std::string emitSetBit(llvm::StringRef port, int64_t count) {
  std::string set =
      count > 64
          ? formatv("uint32_t &word = top.{0}[i / 32];\n    uint32_t bit "
                    "= uint32_t(1) << i % 32;",
                    port)
          : formatv("auto &word = top.{0};\n    uint64_t bit = "
                    "uint64_t(1) << i;",
                    port);
  return formatv("[&top](int i, bool set) {{\n    {0}\n    "
                 "word = set ? word | bit : word & ~bit;\n  }",
                 set);
}

std::string pcflow::emitBench(Design &design) {
  GraphOp graph = design.graph;
  std::string text = formatv(
      R"(// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Vtop.h"
#include "circuit_bench.h"

using Top = Vtop;
using Circuit = CircuitBench<Top>;

/// `top` has to outlive it.
inline Circuit makeCircuit(Top &top) {{
  Circuit bench(top, {0}, {1}, {2});
)",
      graph.getRounds(), graph.getBatch(), design.format.getWidth());
  for (const HostStream &stream : design.inputs)
    text += formatv(
        R"(  bench.input("{0}", {1}, {2}, [&top](bool valid, uint64_t word) {{
    top.{3}_valid = valid;
    top.{3}_data = word;
  }, [&top] {{ return top.{3}_ready != 0; });
)",
        stream.label, stream.width, stream.size, stream.port);
  for (const HostStream &stream : design.outputs)
    text += formatv(
        R"(  bench.output("{0}", {1}, {2}, [&top](bool ready) {{ top.{3}_ready = ready; },
      [&top] {{ return top.{3}_valid != 0; }, [&top] {{ return top.{3}_data; });
)",
        stream.label, stream.width, stream.size, stream.port);
  for (const TapPoint &tap : design.taps)
    text += formatv(
        R"(  bench.tap("{0}", {1}, {2}, [&top] {{ return top.{3}_fire != 0; },
      [&top] {{ return top.{3}_data; });
)",
        tap.label, tap.width, tap.size, tap.port);
  for (auto [number, memory] : llvm::enumerate(design.memories)) {
    LearnerOpInterface unit = memory.unit;
    text += formatv("  bench.memory({0}, \"{1}\", {2}, {3}, {4}, {5}, {6});\n",
                    number, memory.weights, unit.getRows(), unit.getColumns(),
                    unit.getPeRows(), unit.getSimdColumns(),
                    list(*unit.getWeightsOp().getInitial()));
    if (!memory.bias.empty())
      text += formatv("  bench.bias({0}, \"{1}\", {2}, {3}, {4});\n", number,
                      memory.bias, unit.getRows(), unit.getPeRows(),
                      list(*unit.getBiasOp().getInitial()));
    if (unit.getMomentumAttr())
      text += formatv("  bench.velocities({0});\n", number);
  }
  if (!design.deadlock.empty())
    text += formatv("  bench.certificate(\"{0}\");\n", design.deadlock);
  if (design.options.stalls)
    text += formatv("  bench.stalls({0}, {1});\n", design.channels.size(),
                    emitSetBit("stall", design.channels.size()));
  if (!design.links.empty())
    text += formatv("  bench.links({{\"{0}\"}, {1});\n",
                    llvm::join(design.links, "\", \""),
                    emitSetBit("cut", design.links.size()));
  return text + "  return bench;\n}\n";
}
