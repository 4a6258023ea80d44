// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the arguments and results of a forward function or an objective are.

#ifndef PC_SUPPORT_SIGNATURE_H
#define PC_SUPPORT_SIGNATURE_H

#include "mlir/Interfaces/FunctionInterfaces.h"

namespace mlir::pc {

/// Which arguments get a gradient.
enum class Wanted {
  Parameters, ///< float parameters that are not frozen
  All         ///< every float input and parameter
};

/// The pc.role of an argument; `input` where nothing is said.
llvm::StringRef getArgRole(FunctionOpInterface function, unsigned argument);

/// The pc.role of a result; `output` where nothing is said.
llvm::StringRef getResultRole(FunctionOpInterface function, unsigned result);

/// The pc.name, or `arg<n>` and `result<n>` where nothing is said.
std::string getArgName(FunctionOpInterface function, unsigned argument);
std::string getResultName(FunctionOpInterface function, unsigned result);

/// The arguments that get a gradient, in order.
llvm::SmallVector<unsigned> getWantedArguments(FunctionOpInterface function,
                                               Wanted wanted);

/// The objective of `@name` in `scope`: `@name_objective`, or `@name` itself
/// when it has a result of role loss. Reports what is missing at `scope`.
FailureOr<FunctionOpInterface> findObjective(Operation *scope,
                                             llvm::StringRef name);

/// The number of the one result of role loss. Reports at the function when
/// there is none, or several, or when it is not a float tensor of rank 0, and
/// when the body is not one block.
FailureOr<unsigned> getLossResult(FunctionOpInterface objective);

/// `name` without the suffix of an objective.
llvm::StringRef getFunctionStem(llvm::StringRef name);

/// Notes that `pass` has made what `function` executes non-local. What was
/// proved of the relaxation stays true of its numbers, not of where and when
/// they are computed.
void addNonLocalPass(FunctionOpInterface function, llvm::StringRef pass);
llvm::SmallVector<llvm::StringRef>
getNonLocalPasses(FunctionOpInterface function);

} // namespace mlir::pc

#endif // PC_SUPPORT_SIGNATURE_H
