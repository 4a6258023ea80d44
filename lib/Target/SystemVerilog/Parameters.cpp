// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Parameters of the units that have many.

#include "Design.h"
#include "pc/Dialect/Dataflow/IR/Single.h"
#include "llvm/ADT/APInt.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::pcflow;
using llvm::formatv;

/// Units compute with fixed-point words where nothing is said.
static const char *getFloatParameter(WordType format) {
  return format.isFloat() ? ", .FLOAT(1)" : "";
}

static std::string getWindowParameters(WindowAttr window) {
  return formatv(
      ".C({0}), .IH({1}), .IW({2}), .KH({3}), .KW({4}), .SH({5}), "
      ".SW({6}), .DH({7}), .DW({8}), .PT({9}), .PL({10}), .PB({11}), "
      ".PR({12})",
      window.getImage()[0], window.getImage()[1], window.getImage()[2],
      window.getKernel()[0], window.getKernel()[1], window.getStrides()[0],
      window.getStrides()[1], window.getDilations()[0],
      window.getDilations()[1], window.getPads()[0], window.getPads()[1],
      window.getPads()[2], window.getPads()[3]);
}

std::string pcflow::getLearnerParameters(LearnerOpInterface op,
                                         WordType format) {
  auto conv = dyn_cast<ConvOp>(*op);
  auto graph = op->getParentOfType<GraphOp>();
  std::string shape =
      conv ? formatv(".O({0}), {1}, .GROUPS({2})", op.getRows(),
                     getWindowParameters(conv.getWindow()), conv.getGroups())
                 .str()
           : formatv(".M({0}), .N({1}), .SIMD({2})", op.getRows(),
                     op.getColumns(), op.getSimdColumns())
                 .str();
  return formatv(
      "{0}, .W({1}), .F({2}), .PE({3}), .HAS_BIAS({4}), .HAS_VJP({5}), "
      ".LEARN({6}), .BATCH({7}), .STRICT({8}), .MOMENTUM({9}){10}",
      shape, format.getWidth(), format.getFraction(), op.getPeRows(),
      op.getBiasAttr() ? 1 : 0, op.getMessage() ? 1 : 0,
      op.getRateAttr() ? 1 : 0, graph.getBatch(), graph.getStrict() ? 1 : 0,
      op.getMomentumAttr() ? 1 : 0, getFloatParameter(format));
}

std::string pcflow::getPoolParameters(PoolOp op, WordType format) {
  return formatv("{0}, .W({1}), .MAX({2}), .STRICT({3}){4}",
                 getWindowParameters(op.getWindow()), format.getWidth(),
                 op.getMax() ? 1 : 0, isStrict(op) ? 1 : 0,
                 getFloatParameter(format));
}

/// Numbers of so many bits beside each other, the first in the low ones.
static std::string pack(ArrayRef<int64_t> numbers, unsigned bits) {
  unsigned width = bits * numbers.size();
  llvm::APInt packed(width, 0);
  for (auto [place, number] : llvm::enumerate(numbers))
    packed.insertBits(static_cast<uint64_t>(number) &
                          llvm::maskTrailingOnes<uint64_t>(bits),
                      place * bits, bits);
  return formatv("{0}'h{1}", width, llvm::toString(packed, 16, false));
}

std::string pcflow::getRearrangeParameters(RearrangeOp op, WordType format) {
  // Without loops the first word is read, as by one of a single step.
  llvm::SmallVector<int64_t> sizes(op.getSizes()), from(op.getFrom());
  unsigned resultLoops = op.getNumResultLoops();
  if (sizes.empty()) {
    sizes = {1};
    from = {1};
    resultLoops = 1;
  }
  auto bitsFor = [](int64_t count) {
    return std::max(1u, llvm::Log2_64_Ceil(count));
  };
  unsigned loopBits = bitsFor(*llvm::max_element(sizes));
  unsigned addressBits = bitsFor(op.getInput().getType().getSize());
  // From the end of all inner loops to their start and one step of this one.
  llvm::SmallVector<int64_t> ends, jumps(sizes.size());
  int64_t back = 0;
  for (size_t loop = sizes.size(); loop-- > 0;) {
    jumps[loop] = from[loop] - back;
    back += (sizes[loop] - 1) * from[loop];
  }
  for (int64_t size : sizes)
    ends.push_back(size - 1);
  return formatv(
      ".N({0}), .M({1}), .LOOPS({2}), .RESULTS({3}), .TERMS({4}), "
      ".LOOP_BITS({5}), .AW({6}), .ENDS({7}), .JUMPS({8}), .W({9}){10}",
      op.getInput().getType().getSize(), op.getResult().getType().getSize(),
      sizes.size(), resultLoops, op.getTerms(), loopBits, addressBits,
      pack(ends, loopBits), pack(jumps, addressBits), format.getWidth(),
      getFloatParameter(format));
}

std::string pcflow::getStateParameters(StateOp op, WordType format) {
  return formatv(".W({0}), .N({1}), .HAS_STEP({2}){3}",
                 getWordWidth(op.getError()), op.getError().getType().getSize(),
                 op.getStep().convertToDouble() == 1.0 ? 0 : 1,
                 getFloatParameter(format));
}

std::string pcflow::getActivityParameters(ActivityOp op, WordType format) {
  return formatv(".W({0}), .N({1}){2}", getWordWidth(op.getError()),
                 op.getError().getType().getSize(), getFloatParameter(format));
}

std::string pcflow::getSumParameters(SumOp op, WordType format) {
  return formatv(".W({0}), .NIN({1}){2}", getWordWidth(op.getSum()),
                 op.getTerms().size(), getFloatParameter(format));
}

std::string pcflow::getSoftmaxParameters(SoftmaxErrorOp op, WordType format) {
  return formatv(".N({0}), .W({1}), .F({2}){3}",
                 op.getLogits().getType().getSize(), format.getWidth(),
                 format.isFloat() ? quotientBits : format.getFraction(),
                 getFloatParameter(format));
}

unsigned pcflow::getFactorWidth(WordType format) {
  return format.isFloat() ? format.getWidth() : 18;
}
