// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Plans on a device, called like any other compiled function.

#include "pc/Target/Vulkan/Compile.h"
#include "pc/Target/Vulkan/Runtime/pc_vulkan.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Process.h"

using namespace mlir;
using namespace mlir::pc;

namespace {
struct ContextDeleter {
  void operator()(pc_vk_context *context) const {
    pc_vk_context_destroy(context);
  }
};
struct PlanDeleter {
  void operator()(pc_vk_plan *plan) const { pc_vk_plan_destroy(plan); }
};

struct Entry {
  Signature signature;
  size_t arenaBytes = 0;
  llvm::BitVector given; // arguments that have had a value
  std::unique_ptr<pc_vk_plan, PlanDeleter> plan;
};

class VulkanExecutable : public Executable {
public:
  ~VulkanExecutable() override { reportTimes(); }
  llvm::Error open(const VulkanOptions &options);
  /// What opening has done without, or "".
  StringRef getRemark() const { return pc_vk_remark(context.get()); }
  /// What kernels for this device should look like.
  DeviceProfile measureDevice() const;
  llvm::Error load(const Plan &plan, Signature signature);

  const Signature &getSignature(StringRef entry) const override {
    return find(entry).signature;
  }
  size_t getArenaSize(StringRef entry) const override {
    return find(entry).arenaBytes;
  }
  llvm::Error run(StringRef entry, ArrayRef<Tensor *> arguments,
                  MutableArrayRef<Tensor> results) override;
  bool hasOwnMemory() const override { return true; }
  llvm::Error give(StringRef entry, unsigned argument,
                   const Tensor &tensor) override;
  llvm::Error fetch(StringRef entry, unsigned argument,
                    Tensor &tensor) override;
  Traffic getTraffic() const override;

private:
  void reportTimes() const;
  const Entry &find(StringRef entry) const {
    auto found = entries.find(entry);
    assert(found != entries.end() && "not an entry of this executable");
    return found->second;
  }
  llvm::Error check(pc_vk_status status) const {
    if (status == PC_VK_OK)
      return llvm::Error::success();
    return llvm::createStringError(pc_vk_message(context.get()));
  }

  std::unique_ptr<pc_vk_context, ContextDeleter> context;
  llvm::StringMap<Entry> entries; // before the context in destruction
  std::vector<DeviceTime> *times = nullptr;
};
} // namespace

llvm::Error VulkanExecutable::open(const VulkanOptions &options) {
  // Tests, and users who look for a fault, switch the validation layer on.
  auto validates = llvm::sys::Process::GetEnv("PC_VK_VALIDATE");
  pc_vk_options wanted = {
      options.device.c_str(),   validates && *validates == "fatal",
      /*trusting=*/0,           options.cache.c_str(),
      options.times != nullptr,
      /*no_addresses=*/0};
  times = options.times;
  pc_vk_context *made = nullptr;
  pc_vk_status status = pc_vk_context_create(&wanted, &made);
  context.reset(made);
  return check(status);
}

DeviceProfile VulkanExecutable::measureDevice() const {
  pc_vk_limits limits = pc_vk_device_limits(context.get());
  DeviceProfile device =
      *findDeviceProfile(limits.is_software ? "lavapipe" : "generic");
  if (!limits.has_addresses)
    device.addressedBytes = std::nullopt;
  if (limits.is_software)
    return device;
  if (limits.has_addresses)
    device.addressedBytes = 0;
  device.lanes = limits.lanes;
  device.invocations = std::min<int64_t>(limits.invocations, 256);
  device.sharedBytes = std::min<int64_t>(limits.shared_bytes, 49152);
  for (size_t i = 0, e = pc_vk_device_matrix_count(context.get()); i != e;
       ++i) {
    pc_vk_matrix found = pc_vk_device_matrix_get(context.get(), i);
    device.matrices.push_back(
        {found.m, found.n, found.k, StringRef(found.factors) == "bf16"});
  }
  return device;
}

llvm::Error VulkanExecutable::load(const Plan &plan, Signature signature) {
  std::vector<uint8_t> bytes = encodePlan(plan);
  pc_vk_plan *loaded = nullptr;
  if (llvm::Error error = check(
          pc_vk_plan_load(context.get(), bytes.data(), bytes.size(), &loaded)))
    return error;
  Entry &entry = entries[plan.name];
  entry.signature = std::move(signature);
  entry.arenaBytes = plan.bytes;
  entry.plan.reset(loaded);
  return llvm::Error::success();
}

llvm::Error VulkanExecutable::run(StringRef name, ArrayRef<Tensor *> arguments,
                                  MutableArrayRef<Tensor> results) {
  auto found = entries.find(name);
  if (found == entries.end())
    return llvm::createStringError("there is no compiled function '" + name +
                                   "'");
  const Signature &signature = found->second.signature;
  pc_vk_plan *plan = found->second.plan.get();
  if (llvm::Error error =
          checkCall(name, signature, arguments, results, found->second.given))
    return error;
  for (auto [i, argument] : llvm::enumerate(arguments))
    if (argument)
      if (llvm::Error error = give(name, i, *argument))
        return error;
  if (llvm::Error error = check(pc_vk_run(plan)))
    return error;
  for (auto [i, port] : llvm::enumerate(signature.results)) {
    if (port.updates && !arguments[*port.updates])
      continue;
    Tensor &result = port.updates ? *arguments[*port.updates] : results[i];
    if (!result.data() || result.getKind() != port.kind ||
        result.getShape() != port.shape)
      result = Tensor(port.kind, port.shape);
    if (llvm::Error error = check(pc_vk_read(
            plan, PC_VK_RESULT, i, result.data(), result.getByteSize())))
      return error;
  }
  return llvm::Error::success();
}

llvm::Error VulkanExecutable::give(StringRef entry, unsigned argument,
                                   const Tensor &tensor) {
  Entry &called = entries.find(entry)->second;
  called.given.resize(called.signature.arguments.size());
  called.given.set(argument);
  return check(pc_vk_write(called.plan.get(), argument, tensor.data(),
                           tensor.getByteSize()));
}

llvm::Error VulkanExecutable::fetch(StringRef entry, unsigned argument,
                                    Tensor &tensor) {
  return check(pc_vk_read(find(entry).plan.get(), PC_VK_ARGUMENT, argument,
                          tensor.data(), tensor.getByteSize()));
}

void VulkanExecutable::reportTimes() const {
  if (!times)
    return;
  for (const auto &entry : entries)
    for (size_t i = 0, e = pc_vk_kernel_count(entry.second.plan.get()); i != e;
         ++i) {
      pc_vk_kernel_time time =
          pc_vk_kernel_get_time(entry.second.plan.get(), i);
      if (time.dispatches)
        times->push_back({entry.first().str(), time.name, time.dispatches,
                          time.nanoseconds});
    }
}

Traffic VulkanExecutable::getTraffic() const {
  pc_vk_counters counters = pc_vk_count(context.get());
  return {counters.submits, counters.uploaded_bytes, counters.downloaded_bytes};
}

llvm::Expected<std::vector<std::string>> mlir::pc::listVulkanDevices() {
  pc_vk_options options = {};
  pc_vk_context *made = nullptr;
  pc_vk_status status = pc_vk_context_create(&options, &made);
  std::unique_ptr<pc_vk_context, ContextDeleter> context(made);
  if (status != PC_VK_OK)
    return llvm::createStringError(pc_vk_message(made));
  std::vector<std::string> names;
  for (uint32_t i = 0, e = pc_vk_device_count(made); i != e; ++i)
    names.push_back(pc_vk_device_name(made, i));
  return names;
}

FailureOr<std::unique_ptr<Executable>>
mlir::pc::compileForVulkan(ModuleOp module, ArrayRef<StringRef> entries,
                           const VulkanOptions &options) {
  auto executable = std::make_unique<VulkanExecutable>();
  if (llvm::Error error = executable->open(options))
    return module.emitError(llvm::toString(std::move(error))), failure();
  if (!executable->getRemark().empty())
    emitRemark(UnknownLoc::get(module.getContext())) << executable->getRemark();
  FailureOr<std::vector<Plan>> plans =
      options.profile.empty()
          ? compilePlans(module, entries, options, executable->measureDevice())
          : compilePlans(module, entries, options);
  if (failed(plans))
    return failure();
  for (const Plan &plan : *plans) {
    FailureOr<Signature> signature =
        getSignature(module.lookupSymbol<func::FuncOp>(plan.name));
    if (failed(signature))
      return failure();
    if (llvm::Error error = executable->load(plan, std::move(*signature)))
      return module.emitError(llvm::toString(std::move(error))), failure();
  }
  return std::unique_ptr<Executable>(std::move(executable));
}
