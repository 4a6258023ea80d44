// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a Vulkan device has to do for one function: shaders, where everything
// lies in the memory of the device, and what is dispatched in which order.
// Plain data, written by the compiler and replayed by the runtime; knows
// neither MLIR nor Vulkan.

#ifndef PC_TARGET_VULKAN_PLAN_PLAN_H
#define PC_TARGET_VULKAN_PLAN_PLAN_H

#include "pc/Runtime/Tensor.h"
#include <array>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace mlir::pc {

/// Bytes of the memory of the device; everything lies in one piece.
struct PlanRange {
  uint64_t offset = 0, bytes = 0;
  bool overlaps(const PlanRange &other) const {
    return offset < other.offset + other.bytes && other.offset < offset + bytes;
  }
};

/// An argument or a result of the function.
struct PlanPort {
  std::string name, role;
  ElementKind kind = ElementKind::F32;
  std::vector<int64_t> shape;
  /// Of a result: the argument that it updates in place.
  std::optional<uint32_t> updates;
  PlanRange range;
};

/// Memory that has its contents from the start.
struct PlanConstant {
  PlanRange range;
  std::vector<uint8_t> data;
};

/// A product of cooperative matrices, m x k times k x n, within a subgroup.
struct PlanMatrix {
  uint32_t m = 0, n = 0, k = 0;
  ElementKind factors = ElementKind::F16, sums = ElementKind::F32;
  bool operator==(const PlanMatrix &other) const {
    return m == other.m && n == other.n && k == other.k &&
           factors == other.factors && sums == other.sums;
  }
};

struct PlanKernel {
  std::string name; // of the entry point
  std::array<uint32_t, 3> workgroup = {1, 1, 1};
  uint32_t sharedBytes = 0;         // of the memory of a workgroup
  std::vector<PlanMatrix> matrices; // that the device has to multiply
  uint32_t subgroup = 0;       // invocations of one, where there are matrices
  bool takesAddresses = false; // of its operands, in place of bindings
  std::vector<uint32_t> words; // SPIR-V
};

struct PlanOperand {
  PlanRange range;
  uint32_t elementBytes = 4;
  bool reads = false, writes = false;
};

/// What has to be waited for before a dispatch: nothing, that earlier ones have
/// read what this one overwrites, that what they wrote can be seen by shaders,
/// or that it can be seen as a grid as well. Each includes those before it.
enum class Barrier : uint8_t { None, Execution, Memory, Grid };

struct PlanDispatch {
  Barrier barrier = Barrier::None;
  uint32_t kernel = 0;
  std::array<uint32_t, 3> grid = {1, 1, 1};
  /// Where three words are, written by dispatches before this one, that are its
  /// grid; `grid` is then the largest that they may be.
  std::optional<uint64_t> gridAt;
  /// Operand i is binding i; where it begins is word i of the push constants.
  /// Of a kernel that takes addresses, they are push constants of 64 bits.
  std::vector<PlanOperand> operands;
};

/// The memory of three words that the grid of a dispatch is read from.
inline PlanRange getGridRange(uint64_t at) {
  return {at, 3 * sizeof(uint32_t)};
}

struct Plan {
  std::string name; // of the function
  uint64_t bytes = 0;
  std::vector<PlanPort> arguments, results;
  std::vector<PlanConstant> constants;
  std::vector<PlanKernel> kernels;
  std::vector<PlanDispatch> dispatches;
};

/// Sets the barrier of every dispatch: the fewest and weakest ones so that each
/// dispatch sees what those before it wrote, and overwrites nothing that they
/// still read.
void computeBarriers(Plan &plan);

/// The same question, asked of a plan whose barriers are given: the first pair
/// of dispatches that are not kept apart, in words, or "".
std::string findHazard(const Plan &plan);

/// What is wrong with a plan that would make a device do something undefined:
/// memory out of bounds, kernels that are not there, a grid from memory that no
/// dispatch has written, a workgroup size or memory of a workgroup that is not
/// that of the shader. "" if nothing is.
std::string findDefect(const Plan &plan);

/// Bytes of the memory of a workgroup that a shader declares.
uint64_t countSharedBytes(const std::vector<uint32_t> &words);

std::vector<uint8_t> encodePlan(const Plan &plan);
/// Reads what `encodePlan` wrote. A file that is cut off, changed or of another
/// version gives nothing, and says why in `error`.
std::optional<Plan> decodePlan(const uint8_t *bytes, size_t size,
                               std::string &error);

/// "16x16x16 f16 to f32": m, n and k, and the types.
std::string toText(const PlanMatrix &matrix);

/// For people and tests: one line for each port, kernel and dispatch.
void printPlan(const Plan &plan, std::ostream &os);

} // namespace mlir::pc

#endif // PC_TARGET_VULKAN_PLAN_PLAN_H
