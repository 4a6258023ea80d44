// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "pc/Target/ONNX/StringTensor.h"
#include "llvm/Support/JSON.h"

using namespace llvm;

namespace mlir::pc {

std::string StringTensor::describe() const {
  std::string text;
  for (int64_t size : shape)
    text += std::to_string(size) + "x";
  return text + "string";
}

Error checkUTF8(StringRef text) {
  size_t where;
  if (json::isUTF8(text, &where))
    return Error::success();
  return createStringError(inconvertibleErrorCode(),
                           "expected UTF-8, but byte " + Twine(where) +
                               " is malformed");
}

Expected<StringTensor> lookupStrings(const Tensor &numbers,
                                     ArrayRef<std::string> table) {
  if (numbers.getKind() != ElementKind::I64)
    return createStringError("expected i64 in the place of strings, but got " +
                             numbers.describe());
  StringTensor strings{numbers.getShape(), {}};
  const int64_t *data = numbers.as<int64_t>();
  for (int64_t number : ArrayRef(data, numbers.getNumElements())) {
    if (number < 0 || uint64_t(number) >= table.size())
      return createStringError("expected numbers of " + Twine(table.size()) +
                               " strings, but got " + Twine(number));
    strings.elements.push_back(table[number]);
  }
  return strings;
}

} // namespace mlir::pc
