// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is reported of local code and never failed: L6, L7, L8.

#ifndef PC_LIB_ANALYSIS_LOCALITYNOTES_H
#define PC_LIB_ANALYSIS_LOCALITYNOTES_H

#include "pc/Analysis/Locality.h"

namespace mlir::pc {

/// L6: parameters of several vertices, time inside a vertex, samples of a batch
/// that a vertex couples.
void noteSharing(GraphOp graph, LocalityReport &report);

/// L7: iterations, their sequence, and the values they are given.
void noteControl(FunctionOpInterface function, LocalityReport &report);

/// L8: edges whose message goes through the transposed weights of the child.
void noteSymmetry(FunctionOpInterface function, LocalityReport &report);

} // namespace mlir::pc

#endif // PC_LIB_ANALYSIS_LOCALITYNOTES_H
