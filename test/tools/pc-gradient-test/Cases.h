// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A file of forward functions, each of which becomes a test of derivatives.

#ifndef PC_TEST_TOOLS_GRADIENTTEST_CASES_H
#define PC_TEST_TOOLS_GRADIENTTEST_CASES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include <map>
#include <string>
#include <vector>

namespace mlir::pc::test {

/// Where random values of an argument lie, and of what they are multiples.
struct Range {
  double low = -1, high = 1, unit = 0;
};

/// One forward function. An argument attribute `test.range = [low, high]`, or
/// `[low, high, unit]`, says where its values lie; a function attribute
/// `test.planted` says that one of its rules is wrong. `test.expected = [[...],
/// ...]` has the elements of every gradient, for points where there is a
/// convention in place of a derivative; they take the place of finite
/// differences.
struct Case {
  std::string name;
  bool isPlanted;
  std::map<std::string, Range> ranges; // by pc.name
  std::vector<std::vector<double>> expected;

  std::string entry(llvm::StringRef suffix) const {
    return name + suffix.str();
  }
};

struct CaseOptions {
  /// Passes that make @model_gradient of @model_objective; none when empty.
  std::string relaxation;
  /// Passes that make it in another way, which takes the place of reverse mode:
  /// the two are compared with each other and with nothing else.
  std::string reference;
  /// Also make the autodiff function in f32.
  bool withSingle = false;
  /// Also make the function of forward mode.
  bool withTangent = true;
};

/// Suffix of the autodiff function in f32.
inline constexpr llvm::StringLiteral singleSuffix = "_single";

/// Suffix of the gradient by the passes of the reference.
inline constexpr llvm::StringLiteral referenceSuffix = "_reference";

/// Cases in one module at the tensor level. Their functions have the suffixes
/// of Names.h, and those above.
struct CaseBatch {
  OwningOpRef<ModuleOp> module;
  std::vector<Case> cases;
  std::vector<std::string> entries;
};

/// Derives the functions of the cases, of which there is at least one. Reports
/// what fails.
FailureOr<CaseBatch> buildCases(ArrayRef<func::FuncOp> functions,
                                const CaseOptions &options);

} // namespace mlir::pc::test

#endif // PC_TEST_TOOLS_GRADIENTTEST_CASES_H
