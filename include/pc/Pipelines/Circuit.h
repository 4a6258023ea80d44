// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions of the relaxation level, computed by a learning circuit.

#ifndef PC_PIPELINES_CIRCUIT_H
#define PC_PIPELINES_CIRCUIT_H

#include "pc/Pipelines/CompileOptions.h"
#include "pc/Pipelines/Diagnostics.h"
#include "pc/Target/CPU/Executable.h"
#include <map>

namespace mlir::pc {

/// One circuit for all entries: predictions are samples without rounds; a
/// gradient is what an update of rate 1 takes from the parameters; a step is an
/// update. Losses are computed by the host, from what the circuit predicts: no
/// process needs them.
class CircuitExecutable : public Executable {
public:
  /// How far rounding can take each gradient of `entry` from that of exact
  /// arithmetic, by name and element (see pcflow::Reference::bound).
  virtual llvm::Expected<std::map<std::string, std::vector<double>>>
  bound(StringRef entry, ArrayRef<Tensor *> arguments) = 0;
  /// What the circuit makes of numbers: the nearest words.
  virtual void quantize(Tensor &tensor) const = 0;
};

/// What `options` has for entries that have gradients: a circuit tells them by
/// an update of rate 1.
CompileOptions getCircuitOptions(const CompileOptions &options);

/// Takes `module`, which is at the relaxation level and is left as it was, to a
/// circuit that computes `entries`. Null when that is not possible: what is
/// wrong went to the diagnostics of the context and into `status`.
std::unique_ptr<CircuitExecutable>
compileCircuit(ModuleOp module, const CompileOptions &options,
               llvm::ArrayRef<llvm::StringRef> entries,
               const MachineOptions &machine, ExitStatus &status);

} // namespace mlir::pc

#endif // PC_PIPELINES_CIRCUIT_H
