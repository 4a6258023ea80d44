// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Plans as text.

#include "pc/Target/Vulkan/Plan/Plan.h"

#include <ostream>

using namespace mlir::pc;

std::string mlir::pc::toText(const PlanMatrix &matrix) {
  return std::to_string(matrix.m) + "x" + std::to_string(matrix.n) + "x" +
         std::to_string(matrix.k) + " " + std::string(getName(matrix.factors)) +
         " to " + std::string(getName(matrix.sums));
}

static void print(const PlanRange &range, std::ostream &os) {
  os << "[" << range.offset << ", " << range.offset + range.bytes << ")";
}

static void print(const PlanPort &port, const char *what, size_t number,
                  std::ostream &os) {
  os << "  " << what << " " << number << ": ";
  for (int64_t size : port.shape)
    os << size << "x";
  os << getName(port.kind) << " ";
  print(port.range, os);
  if (!port.role.empty())
    os << " " << port.role;
  if (!port.name.empty())
    os << " '" << port.name << "'";
  if (port.updates)
    os << " updates argument " << *port.updates;
  os << "\n";
}

static void print(const std::array<uint32_t, 3> &sizes, std::ostream &os) {
  os << sizes[0] << "x" << sizes[1] << "x" << sizes[2];
}

static void print(const Plan &plan, const PlanDispatch &dispatch,
                  std::ostream &os) {
  static constexpr const char *barriers[] = {
      "", "  barrier execution\n", "  barrier memory\n", "  barrier grid\n"};
  os << barriers[static_cast<size_t>(dispatch.barrier)] << "  dispatch "
     << plan.kernels[dispatch.kernel].name
     << (dispatch.gridAt ? " grid up to " : " grid ");
  print(dispatch.grid, os);
  if (dispatch.gridAt) {
    os << " from ";
    print(getGridRange(*dispatch.gridAt), os);
  }
  for (const PlanOperand &operand : dispatch.operands) {
    os << (operand.reads && operand.writes ? " updates "
           : operand.writes                ? " writes "
                                           : " reads ");
    print(operand.range, os);
  }
  os << "\n";
}

void mlir::pc::printPlan(const Plan &plan, std::ostream &os) {
  os << "plan " << plan.name << ": " << plan.bytes << " bytes, "
     << plan.kernels.size() << " kernels, " << plan.dispatches.size()
     << " dispatches\n";
  for (size_t i = 0; i != plan.arguments.size(); ++i)
    print(plan.arguments[i], "argument", i, os);
  for (size_t i = 0; i != plan.results.size(); ++i)
    print(plan.results[i], "result", i, os);
  for (const PlanConstant &constant : plan.constants) {
    os << "  constant ";
    print(constant.range, os);
    os << "\n";
  }
  for (const PlanKernel &kernel : plan.kernels) {
    os << "  kernel " << kernel.name << " workgroup ";
    print(kernel.workgroup, os);
    if (kernel.sharedBytes)
      os << " shares " << kernel.sharedBytes << " bytes";
    for (const PlanMatrix &matrix : kernel.matrices)
      os << " multiplies " << toText(matrix) << " in subgroups of "
         << kernel.subgroup;
    os << (kernel.takesAddresses ? " takes addresses\n" : "\n");
  }
  for (const PlanDispatch &dispatch : plan.dispatches)
    print(plan, dispatch, os);
}
