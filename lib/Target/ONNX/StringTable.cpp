// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "StringTable.h"

using namespace llvm;

namespace mlir::pc {

std::optional<int64_t> StringTable::intern(StringRef text) {
  auto known = numbers.find(text);
  if (known != numbers.end())
    return known->second;
  if (text.size() > maxBytes - bytes)
    return std::nullopt;
  bytes += text.size();
  auto entry = numbers.try_emplace(text, int64_t(strings.size())).first;
  strings.push_back(entry->getKey());
  return entry->second;
}

} // namespace mlir::pc
