// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Replays a plan through the C functions with arguments that are 0, 1, 2, ...,
// all divided by 8, and prints what it returns. Faults can be put into the plan
// first, to see them caught.

#include "pc/Target/Vulkan/Plan/Plan.h"
#include "pc/Target/Vulkan/Runtime/pc_vulkan.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Process.h"
#include <sstream>

using namespace mlir::pc;
namespace cl = llvm::cl;

static cl::opt<std::string> file(cl::Positional, cl::Required,
                                 cl::desc("<plan>"));
static cl::opt<int> dropBarrier("drop-barrier", cl::init(-1),
                                cl::desc("forget the n-th barrier"));
static cl::opt<int> weakenBarrier("weaken-barrier", cl::init(-1),
                                  cl::desc("make the n-th one order alone"));
static cl::opt<bool> hideGrids("hide-grids",
                               cl::desc("no barrier lets grids be seen"));
static cl::opt<uint64_t> gridAt("grid-at",
                                cl::desc("the first grid in memory is here"));
static cl::opt<bool> trusting("trusting", cl::desc("do not check barriers"));
static cl::opt<unsigned> workgroup("workgroup",
                                   cl::desc("plan for this many invocations"));
static cl::opt<unsigned> shared("shared",
                                cl::desc("plan for so many shared bytes"));
static cl::opt<unsigned> share("share",
                               cl::desc("share an array of so many elements"));
static cl::opt<bool> show("show", cl::desc("print the plan, run nothing"));
static cl::opt<bool> noMatrices("no-matrices",
                                cl::desc("do not say that there are any"));
static cl::opt<unsigned> subgroup("subgroup",
                                  cl::desc("of so many invocations"));
static cl::opt<unsigned> grid("grid", cl::desc("launch this many groups"));
static cl::opt<bool>
    unsynchronised("unsynchronised",
                   cl::desc("forget the barriers inside of workgroups"));
static cl::opt<bool> outside("outside", cl::desc("reach beyond the memory"));
static cl::opt<size_t> truncate("truncate", cl::desc("bytes of the file"));
static cl::opt<int> flip("flip", cl::init(-1), cl::desc("change this byte"));
static cl::opt<unsigned> runs("runs", cl::init(1));
static cl::opt<bool> once("write-once", cl::desc("only before the first run"));
static cl::opt<bool> noAddresses("no-addresses",
                                 cl::desc("the device has none"));
static cl::opt<bool> swapForms("swap-forms",
                               cl::desc("addresses for bindings and back"));
static cl::opt<std::string> device("device");
static cl::opt<bool> counters("counters", cl::desc("print what was done"));

/// Every barrier of the shader becomes instructions that do nothing.
static void dropWorkgroupBarriers(PlanKernel &kernel) {
  constexpr uint32_t opControlBarrier = 224, opNop = 1 << 16;
  for (size_t at = 5; at < kernel.words.size();) {
    uint32_t length = kernel.words[at] >> 16;
    if ((kernel.words[at] & 0xffff) == opControlBarrier)
      std::fill_n(kernel.words.begin() + at, length, opNop);
    at += length;
  }
}

/// An array of the shader has so many elements, and the plan says so.
static void growArray(PlanKernel &kernel, uint32_t elements) {
  constexpr uint32_t opTypeArray = 28, opConstant = 43;
  std::optional<uint32_t> length;
  for (uint32_t wanted : {opTypeArray, opConstant})
    for (size_t at = 5; at < kernel.words.size();
         at += kernel.words[at] >> 16) {
      if ((kernel.words[at] & 0xffff) != wanted)
        continue;
      if (wanted == opTypeArray && !length)
        length = kernel.words[at + 3];
      else if (wanted == opConstant && length == kernel.words[at + 2])
        kernel.words[at + 3] = elements;
    }
  kernel.sharedBytes = static_cast<uint32_t>(countSharedBytes(kernel.words));
}

static void plant(Plan &plan) {
  if (unsynchronised)
    llvm::for_each(plan.kernels, dropWorkgroupBarriers);
  int number = 0;
  for (PlanDispatch &dispatch : plan.dispatches) {
    if (dispatch.barrier == Barrier::None)
      continue;
    if (number == dropBarrier)
      dispatch.barrier = Barrier::None;
    else if (number == weakenBarrier)
      dispatch.barrier = Barrier::Execution;
    else if (hideGrids)
      dispatch.barrier = std::min(dispatch.barrier, Barrier::Memory);
    ++number;
  }
  if (gridAt.getNumOccurrences())
    llvm::find_if(plan.dispatches, [](const PlanDispatch &dispatch) {
      return dispatch.gridAt.has_value();
    })->gridAt = gridAt;
  if (workgroup)
    plan.kernels[0].workgroup[0] = workgroup;
  if (shared)
    plan.kernels[0].sharedBytes = shared;
  auto shares = [](const PlanKernel &kernel) { return kernel.sharedBytes; };
  if (share)
    growArray(*llvm::find_if(plan.kernels, shares), share);
  for (PlanKernel &kernel : plan.kernels) {
    if (noMatrices)
      kernel.matrices.clear();
    if (subgroup)
      kernel.subgroup = subgroup;
    if (swapForms)
      kernel.takesAddresses = !kernel.takesAddresses;
  }
  if (grid)
    plan.dispatches[0].grid[0] = grid;
  if (outside)
    plan.dispatches[0].operands[0].range.offset = plan.bytes;
}

/// The file, with the faults that were asked for.
static std::vector<uint8_t> readPlan(std::string &error) {
  auto buffer = llvm::MemoryBuffer::getFile(file, false, false);
  if (!buffer) {
    error = buffer.getError().message();
    return {};
  }
  llvm::StringRef text = (*buffer)->getBuffer();
  std::vector<uint8_t> bytes(text.bytes_begin(), text.bytes_end());
  if (truncate.getNumOccurrences()) {
    bytes.resize(truncate);
    return bytes;
  }
  if (flip >= 0) {
    bytes[flip] ^= 1;
    return bytes;
  }
  std::optional<Plan> plan = decodePlan(bytes.data(), bytes.size(), error);
  if (!plan)
    return {};
  plant(*plan);
  return encodePlan(*plan);
}

static std::vector<float> getValues(const pc_vk_port &port) {
  std::vector<float> values(port.bytes / sizeof(float));
  for (size_t i = 0; i != values.size(); ++i)
    values[i] = static_cast<float>(i) / 8;
  return values;
}

static pc_vk_status write(pc_vk_plan *plan) {
  for (size_t i = 0; i != pc_vk_port_count(plan, PC_VK_ARGUMENT); ++i) {
    pc_vk_port port;
    if (pc_vk_status status = pc_vk_port_get(plan, PC_VK_ARGUMENT, i, &port))
      return status;
    std::vector<float> values = getValues(port);
    if (pc_vk_status status = pc_vk_write(plan, i, values.data(), port.bytes))
      return status;
  }
  return PC_VK_OK;
}

static pc_vk_status print(pc_vk_plan *plan) {
  for (size_t i = 0; i != pc_vk_port_count(plan, PC_VK_RESULT); ++i) {
    pc_vk_port port;
    if (pc_vk_status status = pc_vk_port_get(plan, PC_VK_RESULT, i, &port))
      return status;
    std::vector<float> values(port.bytes / sizeof(float));
    if (pc_vk_status status =
            pc_vk_read(plan, PC_VK_RESULT, i, values.data(), port.bytes))
      return status;
    llvm::outs() << "result " << i << " " << port.kind << ":";
    double sum = 0;
    for (size_t k = 0; k != values.size(); ++k) {
      sum += double(k % 97 + 1) * values[k];
      if (k < 8)
        llvm::outs() << llvm::format(" %.7g", values[k]);
    }
    llvm::outs() << llvm::format(" (sum %.9g)\n", sum);
  }
  return PC_VK_OK;
}

static pc_vk_status replay(pc_vk_context *context, pc_vk_plan *plan) {
  pc_vk_counters before = {};
  for (unsigned i = 0; i != runs; ++i) {
    if (i == 1)
      before = pc_vk_count(context);
    if (i == 0 || !once)
      if (pc_vk_status status = write(plan))
        return status;
    if (pc_vk_status status = pc_vk_run(plan))
      return status;
  }
  pc_vk_counters after = pc_vk_count(context);
  if (pc_vk_status status = print(plan))
    return status;
  if (counters)
    llvm::outs() << "after the first run: " << after.submits - before.submits
                 << " submits, " << after.uploads - before.uploads
                 << " uploads, " << after.dispatches - before.dispatches
                 << " dispatches, " << after.barriers - before.barriers
                 << " barriers, " << after.allocations - before.allocations
                 << " allocations, "
                 << after.descriptor_writes - before.descriptor_writes
                 << " descriptor writes (" << after.descriptor_writes
                 << " in all)\n";
  return PC_VK_OK;
}

int main(int argc, char **argv) {
  cl::ParseCommandLineOptions(argc, argv, "replay a plan\n");
  std::string error;
  std::vector<uint8_t> bytes = readPlan(error);
  if (!error.empty()) {
    llvm::errs() << "error: " << error << "\n";
    return 1;
  }
  if (show) {
    std::ostringstream text;
    printPlan(*decodePlan(bytes.data(), bytes.size(), error), text);
    llvm::outs() << text.str();
    return 0;
  }
  auto validates = llvm::sys::Process::GetEnv("PC_VK_VALIDATE");
  pc_vk_options options = {device.c_str(),   validates && *validates == "fatal",
                           trusting,         /*cache=*/nullptr,
                           /*timestamps=*/0, noAddresses};
  pc_vk_context *context = nullptr;
  pc_vk_plan *plan = nullptr;
  pc_vk_status status = pc_vk_context_create(&options, &context);
  if (status == PC_VK_OK)
    status = pc_vk_plan_load(context, bytes.data(), bytes.size(), &plan);
  if (status == PC_VK_OK)
    status = replay(context, plan);
  if (status != PC_VK_OK)
    llvm::errs() << "error: status " << status << ": " << pc_vk_message(context)
                 << "\n";
  pc_vk_plan_destroy(plan);
  pc_vk_context_destroy(context);
  return status == PC_VK_OK ? 0 : 1;
}
