// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is checked where tensors enter compiled code.

#include "pc/Target/CPU/Executable.h"

using namespace mlir;
using namespace mlir::pc;

static std::string describe(const PortInfo &port) {
  std::string text;
  for (int64_t size : port.shape)
    text += std::to_string(size) + "x";
  return text + getName(port.kind);
}

static std::string describe(StringRef what, unsigned number,
                            const PortInfo &port) {
  std::string text = (what + " " + Twine(number)).str();
  return port.name.empty() ? text : text + " '" + port.name + "'";
}

static llvm::Error checkTensor(StringRef what, unsigned number,
                               const PortInfo &port, const Tensor &tensor) {
  if (tensor.getKind() != port.kind || tensor.getShape() != port.shape)
    return llvm::createStringError("expected " + describe(what, number, port) +
                                   " to be " + describe(port) + ", but got " +
                                   tensor.describe());
  unsigned bits = getBitWidth(port.kind);
  if (bits >= 8)
    return llvm::Error::success();
  // Compiled code takes the bits above to be zero.
  const uint8_t *bytes = tensor.as<uint8_t>();
  for (int64_t i = 0, e = tensor.getNumElements(); i != e; ++i)
    if (bytes[i] >> bits)
      return llvm::createStringError(
          "expected " + describe(what, number, port) +
          (bits == 1 ? std::string(" to hold booleans 0 or 1")
                     : " to hold " + std::to_string(bits) + " bits") +
          ", but element " + Twine(i) + " is " + Twine(unsigned(bytes[i])));
  return llvm::Error::success();
}

static llvm::Error checkCount(StringRef entry, StringRef what, size_t expected,
                              size_t found) {
  if (expected == found)
    return llvm::Error::success();
  return llvm::createStringError("expected " + Twine(expected) + " " + what +
                                 " for '" + entry + "', but got " +
                                 Twine(found));
}

/// Compiled code takes for granted that memory that it writes has one name.
static llvm::Error checkUpdates(const Signature &signature,
                                ArrayRef<Tensor *> arguments) {
  for (const PortInfo &port : signature.results) {
    if (!port.updates || !arguments[*port.updates])
      continue;
    for (auto [i, argument] : llvm::enumerate(arguments))
      if (i != *port.updates && argument == arguments[*port.updates])
        return llvm::createStringError(
            "expected " +
            describe("argument", *port.updates,
                     signature.arguments[*port.updates]) +
            ", which is updated in place, to be a tensor of its own, but it "
            "is also argument " +
            Twine(i));
  }
  return llvm::Error::success();
}

llvm::Error mlir::pc::checkCall(StringRef entry, const Signature &signature,
                                ArrayRef<Tensor *> arguments,
                                ArrayRef<Tensor> results,
                                const llvm::BitVector &given) {
  if (llvm::Error error = checkCount(
          entry, "arguments", signature.arguments.size(), arguments.size()))
    return error;
  if (llvm::Error error = checkCount(entry, "results", signature.results.size(),
                                     results.size()))
    return error;
  for (auto [i, argument] : llvm::enumerate(arguments)) {
    const PortInfo &port = signature.arguments[i];
    if (!argument && i < given.size() && given[i])
      continue;
    if (!argument || !argument->data())
      return llvm::createStringError("expected " +
                                     describe("argument", i, port) + " of " +
                                     describe(port) + ", but it is missing");
    if (llvm::Error error = checkTensor("argument", i, port, *argument))
      return error;
  }
  return checkUpdates(signature, arguments);
}
