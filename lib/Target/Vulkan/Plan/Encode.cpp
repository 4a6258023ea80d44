// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Plans as bytes: a header (magic, version, size and checksum of the rest),
// then all members in the order in which they are declared; numbers
// little-endian, lists and strings with their length in front.

#include "pc/Target/Vulkan/Plan/Plan.h"

#include <cstring>
#include <type_traits>

using namespace mlir::pc;

static constexpr char magic[4] = {'P', 'C', 'V', 'K'};
static constexpr uint32_t version = 5;
static constexpr size_t headerBytes = 24;

/// FNV-1a, which sees every changed byte; no protection against malice.
static uint64_t getChecksum(const uint8_t *bytes, size_t size) {
  uint64_t sum = 0xcbf29ce484222325;
  for (size_t i = 0; i != size; ++i)
    sum = (sum ^ bytes[i]) * 0x100000001b3;
  return sum;
}

namespace {
/// Reads or writes, as told by `Codec`, so that both have one order.
class Writer {
public:
  static constexpr bool reads = false;
  std::vector<uint8_t> bytes;
  void raw(const void *data, size_t size) {
    const auto *from = static_cast<const uint8_t *>(data);
    bytes.insert(bytes.end(), from, from + size);
  }
  bool checkCount(uint64_t, size_t) { return true; }
};

class Reader {
public:
  static constexpr bool reads = true;
  Reader(const uint8_t *bytes, size_t size) : at(bytes), left(size) {}
  bool failed = false;
  void raw(void *data, size_t size) {
    failed |= size > left;
    if (failed)
      return;
    std::memcpy(data, at, size);
    at += size;
    left -= size;
  }
  /// A list cannot have more entries than there are bytes for.
  bool checkCount(uint64_t count, size_t least) {
    failed |= count > left / least;
    return !failed;
  }
  bool isAtEnd() const { return left == 0; }

private:
  const uint8_t *at;
  size_t left;
};
} // namespace

template <typename Codec, typename T>
static std::enable_if_t<std::is_arithmetic_v<T> || std::is_enum_v<T>>
code(Codec &codec, T &value) {
  codec.raw(&value, sizeof(T));
}

template <typename Codec> static void code(Codec &codec, bool &value) {
  uint8_t byte = value;
  codec.raw(&byte, 1);
  value = byte != 0;
}

template <typename Codec, typename T, size_t N>
static void code(Codec &codec, std::array<T, N> &values) {
  for (T &value : values)
    code(codec, value);
}

/// Whether there is a number, and the number, 0 where there is none.
template <typename Codec, typename T>
static void code(Codec &codec, std::optional<T> &number) {
  bool isThere = number.has_value();
  code(codec, isThere);
  T value = number.value_or(0);
  code(codec, value);
  number = isThere ? std::optional<T>(value) : std::nullopt;
}

/// A list of numbers or characters, in one piece.
template <typename Codec, typename List>
static void codeFlat(Codec &codec, List &list) {
  uint64_t count = list.size();
  code(codec, count);
  constexpr size_t size = sizeof(typename List::value_type);
  if (!codec.checkCount(count, size))
    return;
  if (Codec::reads)
    list.resize(count);
  codec.raw(list.data(), count * size);
}

// The entries of lists.
template <typename Codec> static void code(Codec &codec, PlanPort &port);
template <typename Codec>
static void code(Codec &codec, PlanConstant &constant);
template <typename Codec> static void code(Codec &codec, PlanMatrix &matrix);
template <typename Codec> static void code(Codec &codec, PlanKernel &kernel);
template <typename Codec> static void code(Codec &codec, PlanOperand &operand);
template <typename Codec>
static void code(Codec &codec, PlanDispatch &dispatch);

template <typename Codec, typename T>
static void codeList(Codec &codec, std::vector<T> &list) {
  uint64_t count = list.size();
  code(codec, count);
  if (!codec.checkCount(count, 1))
    return;
  if (Codec::reads)
    list.resize(count);
  for (T &entry : list)
    code(codec, entry);
}

template <typename Codec> static void code(Codec &codec, PlanRange &range) {
  code(codec, range.offset);
  code(codec, range.bytes);
}

template <typename Codec> static void code(Codec &codec, PlanPort &port) {
  codeFlat(codec, port.name);
  codeFlat(codec, port.role);
  code(codec, port.kind);
  codeFlat(codec, port.shape);
  code(codec, port.updates);
  code(codec, port.range);
}

template <typename Codec>
static void code(Codec &codec, PlanConstant &constant) {
  code(codec, constant.range);
  codeFlat(codec, constant.data);
}

template <typename Codec> static void code(Codec &codec, PlanMatrix &matrix) {
  code(codec, matrix.m);
  code(codec, matrix.n);
  code(codec, matrix.k);
  code(codec, matrix.factors);
  code(codec, matrix.sums);
}

template <typename Codec> static void code(Codec &codec, PlanKernel &kernel) {
  codeFlat(codec, kernel.name);
  code(codec, kernel.workgroup);
  code(codec, kernel.sharedBytes);
  codeList(codec, kernel.matrices);
  code(codec, kernel.subgroup);
  code(codec, kernel.takesAddresses);
  codeFlat(codec, kernel.words);
}

template <typename Codec> static void code(Codec &codec, PlanOperand &operand) {
  code(codec, operand.range);
  code(codec, operand.elementBytes);
  code(codec, operand.reads);
  code(codec, operand.writes);
}

template <typename Codec>
static void code(Codec &codec, PlanDispatch &dispatch) {
  code(codec, dispatch.barrier);
  code(codec, dispatch.kernel);
  code(codec, dispatch.grid);
  code(codec, dispatch.gridAt);
  codeList(codec, dispatch.operands);
}

template <typename Codec> static void code(Codec &codec, Plan &plan) {
  codeFlat(codec, plan.name);
  code(codec, plan.bytes);
  codeList(codec, plan.arguments);
  codeList(codec, plan.results);
  codeList(codec, plan.constants);
  codeList(codec, plan.kernels);
  codeList(codec, plan.dispatches);
}

std::vector<uint8_t> mlir::pc::encodePlan(const Plan &plan) {
  Writer body, whole;
  Plan copy = plan;
  code(body, copy);
  whole.raw(magic, sizeof(magic));
  uint32_t number = version;
  code(whole, number);
  uint64_t size = body.bytes.size();
  code(whole, size);
  uint64_t checksum = getChecksum(body.bytes.data(), size);
  code(whole, checksum);
  whole.raw(body.bytes.data(), size);
  return std::move(whole.bytes);
}

/// Values that are no enumerator of their type.
static bool hasWrongWord(const Plan &plan) {
  for (const std::vector<PlanPort> *ports : {&plan.arguments, &plan.results})
    for (const PlanPort &port : *ports)
      if (port.kind > ElementKind::F8E8M0)
        return true;
  for (const PlanKernel &kernel : plan.kernels)
    for (const PlanMatrix &matrix : kernel.matrices)
      if (matrix.factors > ElementKind::F8E8M0 ||
          matrix.sums > ElementKind::F8E8M0)
        return true;
  for (const PlanDispatch &dispatch : plan.dispatches)
    if (dispatch.barrier > Barrier::Grid)
      return true;
  return false;
}

std::optional<Plan> mlir::pc::decodePlan(const uint8_t *bytes, size_t size,
                                         std::string &error) {
  if (size < headerBytes || std::memcmp(bytes, magic, sizeof(magic)) != 0) {
    error = "expected a plan, but the file does not begin like one";
    return std::nullopt;
  }
  Reader header(bytes + sizeof(magic), headerBytes - sizeof(magic));
  uint32_t number = 0;
  uint64_t length = 0, checksum = 0;
  code(header, number);
  code(header, length);
  code(header, checksum);
  if (number != version) {
    error = "expected a plan of version " + std::to_string(version) +
            ", but got version " + std::to_string(number);
    return std::nullopt;
  }
  if (length != size - headerBytes) {
    error = "expected a plan of " + std::to_string(length) +
            " bytes behind its header, but got " +
            std::to_string(size - headerBytes);
    return std::nullopt;
  }
  Plan plan;
  Reader reader(bytes + headerBytes, size - headerBytes);
  if (getChecksum(bytes + headerBytes, size - headerBytes) == checksum)
    code(reader, plan);
  else
    reader.failed = true;
  if (!reader.failed && reader.isAtEnd() && !hasWrongWord(plan))
    return plan;
  error = "expected a plan, but its contents are damaged";
  return std::nullopt;
}
