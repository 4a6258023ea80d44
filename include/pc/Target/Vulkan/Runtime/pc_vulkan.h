/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Loads a plan and replays it on a Vulkan device. C; needs neither MLIR nor, to
 * link, a Vulkan loader: without one the first call says so.
 *
 * Nothing here ends the process. Every function that can fail returns a status,
 * and pc_vk_message says what was expected and what was found. A context and
 * its plans belong to one thread at a time.
 */

#ifndef PC_TARGET_VULKAN_RUNTIME_PC_VULKAN_H
#define PC_TARGET_VULKAN_RUNTIME_PC_VULKAN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  PC_VK_OK,
  PC_VK_NO_LOADER,       /* no libvulkan on this machine */
  PC_VK_NO_DEVICE,       /* no device, or none of the name that was asked for */
  PC_VK_MISSING_FEATURE, /* the device has not what the plan or option needs */
  PC_VK_LIMIT,           /* the plan is larger than the device allows */
  PC_VK_BAD_PLAN,        /* damaged, or it would be undefined to run it */
  PC_VK_BAD_CALL,        /* a port or a size that is none of the plan */
  PC_VK_OUT_OF_MEMORY,
  PC_VK_DEVICE_LOST,
  PC_VK_VALIDATION /* the validation layer has said something */
} pc_vk_status;

typedef struct pc_vk_context pc_vk_context;
typedef struct pc_vk_plan pc_vk_plan;

typedef struct {
  /* A number of pc_vk_device_name, or part of a name; NULL or "": the first
   * discrete device, or else the first one. */
  const char *device;
  /* Not 0: run under the Khronos validation layer, synchronization included;
   * whatever it says is PC_VK_VALIDATION. */
  int validate;
  /* Not 0: also load plans that lack a barrier. For tests of what is found
   * then. */
  int trusting;
  /* A folder, made if absent, for what the driver compiles; NULL or "": it is
   * not kept. */
  const char *cache;
  /* Not 0: measure each dispatch where the device has a clock. */
  int timestamps;
  /* Not 0: do without buffer device addresses, as if the device had none. */
  int no_addresses;
} pc_vk_options;

/* Makes *context even where it fails, for its message; destroy it in any case.
 */
pc_vk_status pc_vk_context_create(const pc_vk_options *options,
                                  pc_vk_context **context);
void pc_vk_context_destroy(pc_vk_context *context);
const char *pc_vk_message(const pc_vk_context *context);
/* What was done without, such as a damaged file of the cache, or "". */
const char *pc_vk_remark(const pc_vk_context *context);

/* The devices of this machine, and which of them the context uses. */
uint32_t pc_vk_device_count(const pc_vk_context *context);
const char *pc_vk_device_name(const pc_vk_context *context, uint32_t index);
uint32_t pc_vk_device_used(const pc_vk_context *context);

/* Of the device that the context uses, for those who make plans. */
typedef struct {
  int is_software; /* not 0: its invocations are those of a CPU */
  uint32_t lanes;  /* invocations that run in step */
  uint32_t invocations, shared_bytes; /* of a workgroup, at most */
  int has_addresses; /* not 0: kernels may reach buffers by their addresses */
} pc_vk_limits;
pc_vk_limits pc_vk_device_limits(const pc_vk_context *context);

/* A product of matrices that the invocations of a subgroup compute together, m
 * x k times k x n; kinds as those of ports. Those with sums in f32 are listed.
 */
typedef struct {
  uint32_t m, n, k;
  const char *factors, *sums;
} pc_vk_matrix;
size_t pc_vk_device_matrix_count(const pc_vk_context *context);
pc_vk_matrix pc_vk_device_matrix_get(const pc_vk_context *context,
                                     size_t index);

/* Checks the plan and the limits of the device, makes all memory and pipelines,
 * and records the commands. */
pc_vk_status pc_vk_plan_load(pc_vk_context *context, const void *bytes,
                             size_t size, pc_vk_plan **plan);
void pc_vk_plan_destroy(pc_vk_plan *plan);

typedef enum { PC_VK_ARGUMENT, PC_VK_RESULT } pc_vk_side;

typedef struct {
  const char *name, *role, *kind; /* kind: "f32", "i64", "bool", ... */
  const int64_t *shape;
  size_t rank, bytes;
  int64_t updates; /* the argument that a result updates, or -1 */
} pc_vk_port;

size_t pc_vk_port_count(const pc_vk_plan *plan, pc_vk_side side);
pc_vk_status pc_vk_port_get(const pc_vk_plan *plan, pc_vk_side side,
                            size_t index, pc_vk_port *port);

/* Gives an argument its value: it is uploaded with the next run, unless the
 * device is known to have it, and stays there until it is written again or
 * updated. */
pc_vk_status pc_vk_write(pc_vk_plan *plan, size_t argument, const void *data,
                         size_t bytes);
/* Submits everything once, and waits for it. */
pc_vk_status pc_vk_run(pc_vk_plan *plan);
/* Of the last run. A result that updates an argument, and an argument, are
 * downloaded by this call, other results by pc_vk_run. */
pc_vk_status pc_vk_read(pc_vk_plan *plan, pc_vk_side side, size_t index,
                        void *data, size_t bytes);

/* What was done since the context was made. */
typedef struct {
  uint64_t submits, uploads, dispatches, barriers, allocations,
      descriptor_writes, uploaded_bytes, downloaded_bytes;
} pc_vk_counters;
pc_vk_counters pc_vk_count(const pc_vk_context *context);

/* What the dispatches of a kernel took since the plan was loaded, by the clock
 * of the device; no kernel has any where that is not measured. A dispatch is
 * counted from the end of the one before it. */
typedef struct {
  const char *name;
  uint64_t dispatches;
  double nanoseconds;
} pc_vk_kernel_time;
size_t pc_vk_kernel_count(const pc_vk_plan *plan);
pc_vk_kernel_time pc_vk_kernel_get_time(const pc_vk_plan *plan, size_t kernel);

#ifdef __cplusplus
}
#endif

#endif /* PC_TARGET_VULKAN_RUNTIME_PC_VULKAN_H */
