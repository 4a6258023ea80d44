// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What operators do with the text of a string, all of it UTF-8.

#ifndef PC_LIB_TARGET_ONNX_TEXT_H
#define PC_LIB_TARGET_ONNX_TEXT_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <memory>
#include <string>

struct UCaseMap;

namespace mlir::pc {

enum class CaseChange { None, Lower, Upper, Fold };

/// Changes case as a language does.
class CaseMapper {
public:
  /// `locale` is "tr", "de_DE", "en_US.UTF-8" and the like; an error for one
  /// whose language there is not.
  static llvm::Expected<CaseMapper> open(const std::string &locale);

  /// `Fold` makes strings equal that differ in case alone.
  llvm::Expected<std::string> change(CaseChange how,
                                     llvm::StringRef text) const;

private:
  struct Close {
    void operator()(UCaseMap *map) const;
  };
  explicit CaseMapper(UCaseMap *map) : map(map) {}
  std::unique_ptr<UCaseMap, Close> map;
};

/// Calls `take` for each part of `text`, and stops where it returns false. With
/// a delimiter, every one of them separates two parts; without, runs of white
/// space do, and there is none at either end of a part. Behind `most`
/// separations, if that is not negative, the rest is one part.
void splitText(llvm::StringRef text, llvm::StringRef delimiter, int64_t most,
               llvm::function_ref<bool(llvm::StringRef)> take);

} // namespace mlir::pc

#endif // PC_LIB_TARGET_ONNX_TEXT_H
