// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The C functions.

#include "LoadedPlan.h"

#include <cstring>

using namespace mlir::pc;

pc_vk_status pc_vk_context_create(const pc_vk_options *options,
                                  pc_vk_context **context) {
  *context = new pc_vk_context();
  return (*context)->create(options ? *options : pc_vk_options());
}

void pc_vk_context_destroy(pc_vk_context *context) { delete context; }

const char *pc_vk_message(const pc_vk_context *context) {
  return context->message.c_str();
}

const char *pc_vk_remark(const pc_vk_context *context) {
  return context->remark.c_str();
}

uint32_t pc_vk_device_count(const pc_vk_context *context) {
  return static_cast<uint32_t>(context->properties.size());
}

const char *pc_vk_device_name(const pc_vk_context *context, uint32_t index) {
  return index < context->properties.size()
             ? context->properties[index].deviceName
             : nullptr;
}

uint32_t pc_vk_device_used(const pc_vk_context *context) {
  return context->used;
}

pc_vk_limits pc_vk_device_limits(const pc_vk_context *context) {
  VkPhysicalDeviceSubgroupProperties subgroups = {
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_PROPERTIES};
  VkPhysicalDeviceProperties2 found = {
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2, &subgroups};
  vkGetPhysicalDeviceProperties2(context->physicalDevices[context->used],
                                 &found);
  const VkPhysicalDeviceLimits &limits = context->getLimits();
  return {found.properties.deviceType == VK_PHYSICAL_DEVICE_TYPE_CPU,
          subgroups.subgroupSize, limits.maxComputeWorkGroupInvocations,
          limits.maxComputeSharedMemorySize,
          context->features12.bufferDeviceAddress == VK_TRUE};
}

size_t pc_vk_device_matrix_count(const pc_vk_context *context) {
  return context->matrices.products.size();
}

pc_vk_matrix pc_vk_device_matrix_get(const pc_vk_context *context,
                                     size_t index) {
  const PlanMatrix &product = context->matrices.products[index];
  return {product.m, product.n, product.k, getName(product.factors),
          getName(product.sums)};
}

pc_vk_counters pc_vk_count(const pc_vk_context *context) {
  return context->counters;
}

pc_vk_status pc_vk_plan_load(pc_vk_context *context, const void *bytes,
                             size_t size, pc_vk_plan **plan) {
  *plan = nullptr;
  std::string error;
  std::optional<Plan> decoded =
      decodePlan(static_cast<const uint8_t *>(bytes), size, error);
  if (!decoded)
    return context->fail(PC_VK_BAD_PLAN, error);
  auto *loaded = new pc_vk_plan(*context, std::move(*decoded));
  pc_vk_status status = loaded->load();
  if (status == PC_VK_OK)
    *plan = loaded;
  else
    delete loaded;
  return status;
}

void pc_vk_plan_destroy(pc_vk_plan *plan) { delete plan; }

static const std::vector<PlanPort> &getPorts(const pc_vk_plan *plan,
                                             pc_vk_side side) {
  return side == PC_VK_ARGUMENT ? plan->plan.arguments : plan->plan.results;
}

size_t pc_vk_port_count(const pc_vk_plan *plan, pc_vk_side side) {
  return getPorts(plan, side).size();
}

/// Finds a port, or says that there is none such.
static pc_vk_status find(const pc_vk_plan *plan, pc_vk_side side, size_t index,
                         const PlanPort *&port) {
  const std::vector<PlanPort> &ports = getPorts(plan, side);
  if (index >= ports.size())
    return plan->context.fail(
        PC_VK_BAD_CALL,
        std::string("expected a number below ") + std::to_string(ports.size()) +
            (side == PC_VK_ARGUMENT ? " of an argument" : " of a result") +
            ", but got " + std::to_string(index));
  port = &ports[index];
  return PC_VK_OK;
}

static pc_vk_status checkSize(const pc_vk_plan *plan, const PlanPort &port,
                              size_t bytes) {
  if (bytes == port.range.bytes)
    return PC_VK_OK;
  return plan->context.fail(PC_VK_BAD_CALL,
                            "expected " + std::to_string(port.range.bytes) +
                                " bytes for '" + port.name + "', but got " +
                                std::to_string(bytes));
}

pc_vk_status pc_vk_port_get(const pc_vk_plan *plan, pc_vk_side side,
                            size_t index, pc_vk_port *port) {
  const PlanPort *found = nullptr;
  if (pc_vk_status status = find(plan, side, index, found))
    return status;
  *port = {found->name.c_str(),
           found->role.c_str(),
           getName(found->kind),
           found->shape.data(),
           found->shape.size(),
           found->range.bytes,
           found->updates ? static_cast<int64_t>(*found->updates) : -1};
  return PC_VK_OK;
}

pc_vk_status pc_vk_write(pc_vk_plan *plan, size_t argument, const void *data,
                         size_t bytes) {
  const PlanPort *port = nullptr;
  if (pc_vk_status status = find(plan, PC_VK_ARGUMENT, argument, port))
    return status;
  if (pc_vk_status status = checkSize(plan, *port, bytes))
    return status;
  LoadedPort &loaded = plan->arguments[argument];
  // What the device has, or is about to get, need not be sent again.
  if (loaded.isCurrent &&
      std::memcmp(plan->staging.mapped + loaded.staging, data, bytes) == 0)
    return PC_VK_OK;
  std::memcpy(plan->staging.mapped + loaded.staging, data, bytes);
  loaded.isDirty = loaded.isCurrent = true;
  return PC_VK_OK;
}

size_t pc_vk_kernel_count(const pc_vk_plan *plan) {
  return plan->plan.kernels.size();
}

pc_vk_kernel_time pc_vk_kernel_get_time(const pc_vk_plan *plan, size_t kernel) {
  if (kernel >= plan->times.size())
    return {"", 0, 0};
  const KernelTime &time = plan->times[kernel];
  return {plan->plan.kernels[kernel].name.c_str(), time.dispatches,
          time.nanoseconds};
}

pc_vk_status pc_vk_run(pc_vk_plan *plan) { return plan->run(); }

pc_vk_status pc_vk_read(pc_vk_plan *plan, pc_vk_side side, size_t index,
                        void *data, size_t bytes) {
  const PlanPort *port = nullptr;
  if (pc_vk_status status = find(plan, side, index, port))
    return status;
  if (pc_vk_status status = checkSize(plan, *port, bytes))
    return status;
  // What updates an argument is that argument.
  LoadedPort &loaded = side == PC_VK_ARGUMENT ? plan->arguments[index]
                       : port->updates        ? plan->arguments[*port->updates]
                                              : plan->results[index];
  if (pc_vk_status status = plan->download(loaded, bytes))
    return status;
  std::memcpy(data, plan->staging.mapped + loaded.staging, bytes);
  return PC_VK_OK;
}
