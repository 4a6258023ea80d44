// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a plan must not ask of a device.

#include "pc/Target/Vulkan/Plan/Plan.h"

#include <map>

using namespace mlir::pc;

static std::string toText(const std::array<uint32_t, 3> &sizes) {
  return std::to_string(sizes[0]) + "x" + std::to_string(sizes[1]) + "x" +
         std::to_string(sizes[2]);
}

uint64_t mlir::pc::countSharedBytes(const std::vector<uint32_t> &words) {
  constexpr uint32_t opTypeInt = 21, opTypeFloat = 22, opTypeVector = 23,
                     opTypeArray = 28, opTypePointer = 32, opConstant = 43,
                     opVariable = 59, classWorkgroup = 4;
  constexpr size_t headerWords = 5;
  std::map<uint32_t, uint64_t> bytes, constants; // of types and numbers
  uint64_t count = 0;
  for (size_t at = headerWords; at < words.size();) {
    uint32_t opcode = words[at] & 0xffff, length = words[at] >> 16;
    if (length == 0 || at + length > words.size())
      break;
    const uint32_t *operands = &words[at] + 1;
    if ((opcode == opTypeInt || opcode == opTypeFloat) && length > 2)
      bytes[operands[0]] = operands[1] / 8;
    else if (opcode == opTypeVector && length > 3)
      bytes[operands[0]] = bytes[operands[1]] * operands[2];
    else if (opcode == opConstant && length > 3)
      constants[operands[1]] = operands[2];
    else if (opcode == opTypeArray && length > 3)
      bytes[operands[0]] = bytes[operands[1]] * constants[operands[2]];
    else if (opcode == opTypePointer && length > 3)
      bytes[operands[0]] = bytes[operands[2]];
    else if (opcode == opVariable && length > 3 &&
             operands[2] == classWorkgroup)
      count += bytes[operands[0]];
    at += length;
  }
  return count;
}

/// The operands of the first instruction `opcode` whose second word is
/// `selector`, or of the first at all; empty where there is none.
static std::vector<uint32_t> findInstruction(const std::vector<uint32_t> &words,
                                             uint32_t opcode, size_t selectorAt,
                                             uint32_t selector) {
  constexpr size_t headerWords = 5;
  for (size_t at = headerWords; at < words.size();) {
    uint32_t length = words[at] >> 16;
    if (length == 0 || at + length > words.size())
      return {};
    if ((words[at] & 0xffff) == opcode && length > selectorAt &&
        words[at + selectorAt] == selector)
      return {words.begin() + at + 1, words.begin() + at + length};
    at += length;
  }
  return {};
}

static bool declares(const PlanKernel &kernel, uint32_t capability) {
  constexpr uint32_t opCapability = 17;
  return !findInstruction(kernel.words, opCapability, 1, capability).empty();
}

static std::string checkAddresses(const PlanKernel &kernel) {
  constexpr uint32_t physicalStorageBufferAddresses = 5347;
  bool takesAddresses = declares(kernel, physicalStorageBufferAddresses);
  if (takesAddresses == kernel.takesAddresses)
    return "";
  return "kernel " + kernel.name + " has a shader that takes " +
         (takesAddresses ? "addresses" : "bindings") +
         ", but is planned to take " +
         (takesAddresses ? "bindings" : "addresses");
}

static std::string checkMatrices(const PlanKernel &kernel) {
  constexpr uint32_t cooperativeMatrix = 6022;
  bool multiplies = declares(kernel, cooperativeMatrix);
  if (multiplies == kernel.matrices.empty())
    return "kernel " + kernel.name + " has a shader " +
           (multiplies ? "with" : "without") +
           " cooperative matrices, but is planned " +
           (multiplies ? "without" : "with");
  if (multiplies &&
      (kernel.subgroup == 0 || kernel.workgroup[0] % kernel.subgroup != 0))
    return "kernel " + kernel.name + " is planned for workgroups of " +
           toText(kernel.workgroup) + ", which are not whole subgroups of " +
           std::to_string(kernel.subgroup);
  return "";
}

static std::string checkKernel(const PlanKernel &kernel) {
  constexpr uint32_t magic = 0x07230203;
  constexpr uint32_t opExecutionMode = 16, modeLocalSize = 17;
  if (kernel.words.empty() || kernel.words[0] != magic)
    return "kernel " + kernel.name + " is not SPIR-V";
  std::vector<uint32_t> mode =
      findInstruction(kernel.words, opExecutionMode, 2, modeLocalSize);
  if (mode.size() != 5)
    return "kernel " + kernel.name + " has no workgroup size";
  std::array<uint32_t, 3> found = {mode[2], mode[3], mode[4]};
  if (found != kernel.workgroup)
    return "kernel " + kernel.name + " is planned for workgroups of " +
           toText(kernel.workgroup) + ", but was compiled for " + toText(found);
  uint64_t shared = countSharedBytes(kernel.words);
  if (shared != kernel.sharedBytes)
    return "kernel " + kernel.name + " is planned for workgroups that share " +
           std::to_string(kernel.sharedBytes) +
           " bytes, but was compiled for " + std::to_string(shared);
  std::string problem = checkMatrices(kernel);
  return problem.empty() ? checkAddresses(kernel) : problem;
}

static bool isInside(const Plan &plan, const PlanRange &range) {
  return range.offset <= plan.bytes && range.bytes <= plan.bytes - range.offset;
}

/// Whether an earlier dispatch writes all of `range`.
static bool isWritten(const Plan &plan, size_t before, const PlanRange &range) {
  while (before-- > 0)
    for (const PlanOperand &operand : plan.dispatches[before].operands)
      if (operand.writes && operand.range.offset <= range.offset &&
          range.offset + range.bytes <=
              operand.range.offset + operand.range.bytes)
        return true;
  return false;
}

/// A grid that nobody has written could be any.
static std::string checkGrid(const Plan &plan, size_t number) {
  const PlanDispatch &dispatch = plan.dispatches[number];
  std::string where = "dispatch " + std::to_string(number);
  for (uint32_t size : dispatch.grid)
    if (size == 0)
      return where + " has the grid " + toText(dispatch.grid);
  if (!dispatch.gridAt)
    return "";
  PlanRange range = getGridRange(*dispatch.gridAt);
  if (!isInside(plan, range))
    return where + " has its grid beyond the memory of the plan";
  if (range.offset % sizeof(uint32_t) != 0)
    return where + " has a grid that is not aligned to its words";
  if (!isWritten(plan, number, range))
    return where + " has its grid where no dispatch before it has written";
  return "";
}

static std::string checkDispatch(const Plan &plan, size_t number) {
  const PlanDispatch &dispatch = plan.dispatches[number];
  std::string where = "dispatch " + std::to_string(number);
  if (dispatch.kernel >= plan.kernels.size())
    return where + " is of kernel " + std::to_string(dispatch.kernel) + " of " +
           std::to_string(plan.kernels.size());
  if (std::string problem = checkGrid(plan, number); !problem.empty())
    return problem;
  if (dispatch.operands.empty())
    return where + " has no operands";
  for (const PlanOperand &operand : dispatch.operands) {
    if (!isInside(plan, operand.range) || operand.range.bytes == 0)
      return where + " reaches beyond the memory of the plan";
    if (operand.elementBytes == 0 ||
        operand.range.offset % operand.elementBytes != 0)
      return where + " has an operand that is not aligned to its elements";
  }
  return "";
}

static std::string checkPorts(const Plan &plan) {
  for (const std::vector<PlanPort> *ports : {&plan.arguments, &plan.results})
    for (const PlanPort &port : *ports) {
      uint64_t bytes = getByteWidth(port.kind);
      for (int64_t size : port.shape)
        if (size < 0 ||
            __builtin_mul_overflow(bytes, static_cast<uint64_t>(size), &bytes))
          return "port '" + port.name + "' has a size that is none";
      if (bytes != port.range.bytes || !isInside(plan, port.range))
        return "port '" + port.name +
               "' lies outside of the memory of the plan";
      if (port.updates && *port.updates >= plan.arguments.size())
        return "port '" + port.name + "' updates an argument that is not there";
    }
  return "";
}

std::string mlir::pc::findDefect(const Plan &plan) {
  std::string defect = checkPorts(plan);
  for (const PlanConstant &constant : plan.constants)
    if (defect.empty() && (!isInside(plan, constant.range) ||
                           constant.data.size() != constant.range.bytes))
      defect = "a constant lies outside of the memory of the plan";
  for (const PlanKernel &kernel : plan.kernels)
    if (defect.empty())
      defect = checkKernel(kernel);
  for (size_t i = 0; defect.empty() && i != plan.dispatches.size(); ++i)
    defect = checkDispatch(plan, i);
  return defect;
}
