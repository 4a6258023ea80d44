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

llvm::Error Invocation::run() {
  return executable.run(entry, pointers, results);
}
