// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Pipelines/Invocation.h"
#include "llvm/ADT/STLExtras.h"

#include <cassert>
#include <cstring>

using namespace mlir;
using namespace mlir::pc;

Invocation::Invocation(Executable &executable, llvm::StringRef entry)
    : executable(executable), entry(entry),
      signature(executable.getSignature(entry)) {
  for (const PortInfo &port : signature.arguments)
    arguments.emplace_back(port.kind, port.shape);
  for (Tensor &argument : arguments)
    pointers.push_back(&argument);
  results.resize(signature.results.size());
}

std::optional<unsigned> Invocation::findArgument(llvm::StringRef role,
                                                 llvm::StringRef name) const {
  for (auto [index, port] : llvm::enumerate(signature.arguments))
    if (port.role == role && port.name == name)
      return index;
  return std::nullopt;
}

SmallVector<unsigned> Invocation::findResults(llvm::StringRef role) const {
  SmallVector<unsigned> found;
  for (auto [index, port] : llvm::enumerate(signature.results))
    if (port.role == role)
      found.push_back(index);
  return found;
}

void Invocation::set(unsigned argument, const Tensor &value) {
  Tensor &place = *pointers[argument];
  assert(place.getNumElements() == value.getNumElements() &&
         "a value for another argument");
  if (place.getKind() == value.getKind()) {
    std::memcpy(place.data(), value.data(), place.getByteSize());
    return;
  }
  for (int64_t i = 0, e = place.getNumElements(); i != e; ++i)
    place.setFromDouble(i, value.getAsDouble(i));
}

void Invocation::set(const std::map<unsigned, Tensor> &values) {
  for (const auto &[argument, value] : values)
    set(argument, value);
}

void Invocation::stay() {
  if (!executable.hasOwnMemory())
    return;
  for (const PortInfo &port : signature.results)
    if (port.updates)
      staying.push_back(*port.updates);
}

llvm::Error Invocation::fetch() {
  if (!areThere)
    return llvm::Error::success();
  for (unsigned argument : staying)
    if (llvm::Error error =
            executable.fetch(entry, argument, *pointers[argument]))
      return error;
  return llvm::Error::success();
}

llvm::Error Invocation::run() {
  passed = pointers;
  for (unsigned argument : staying) {
    passed[argument] = nullptr;
    if (areThere)
      continue;
    if (llvm::Error error =
            executable.give(entry, argument, *pointers[argument]))
      return error;
  }
  areThere = true;
  return executable.run(entry, passed, results);
}
