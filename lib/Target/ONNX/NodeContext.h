// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All that the handler of an operator sees and may do.

#ifndef PC_LIB_TARGET_ONNX_NODECONTEXT_H
#define PC_LIB_TARGET_ONNX_NODECONTEXT_H

#include "Attributes.h"
#include "Values.h"
#include "mlir/IR/Diagnostics.h"

namespace mlir::pc {

class Importer;

/// One node while it is imported. Operands and results are addressed by their
/// position; an omitted one (trailing, or named '') is absent.
class NodeContext {
public:
  NodeContext(Importer &importer, const onnx::NodeProto &node, int64_t version,
              OpBuilder &builder, Location loc, Attributes attributes,
              llvm::SmallVector<ImportedValue *> inputs)
      : builder(builder), loc(loc), version(version),
        attributes(std::move(attributes)), importer(importer), node(node),
        inputs(std::move(inputs)), results(node.output_size()) {}

  OpBuilder &builder;
  const Location loc;
  /// Of the operator set that the node is written in.
  const int64_t version;
  Attributes attributes;

  llvm::StringRef getOpType() const { return node.op_type(); }
  const onnx::NodeProto &getNode() const { return node; }

  // Operands.
  unsigned getNumInputs() const { return inputs.size(); }
  bool hasInput(unsigned i) const { return i < inputs.size() && inputs[i]; }
  /// True for an operand that is an optional value without an element.
  bool hasAbsent(unsigned i) const {
    return !hasInput(i) && int(i) < node.input_size() && !node.input(i).empty();
  }
  /// The IR value of a present operand; constants are materialised.
  Value getInput(unsigned i);
  /// The floats that stand for a quantised tensor and have a derivative, where
  /// there are any, else the operand itself.
  Value getSteps(unsigned i) {
    return inputs[i]->steps ? inputs[i]->steps : getInput(i);
  }
  bool hasSteps(unsigned i) const { return hasInput(i) && inputs[i]->steps; }
  RankedTensorType getType(unsigned i) const { return inputs[i]->type; }
  llvm::ArrayRef<int64_t> getShape(unsigned i) const {
    return getType(i).getShape();
  }
  /// The elements of an operand that is a sequence, else null.
  const std::vector<ImportedValue> *getSequence(unsigned i) const {
    return hasInput(i) ? inputs[i]->sequence.get() : nullptr;
  }
  Value materialize(ImportedValue &value);
  /// The contents of an operand where the compiler knows them, else null.
  const Tensor *getConstant(unsigned i) const {
    return hasInput(i) ? inputs[i]->constant.get() : nullptr;
  }
  const ImportedValue &getImported(unsigned i) const { return *inputs[i]; }
  bool isParameter(unsigned i) const { return inputs[i]->isParameter; }
  bool isString(unsigned i) const { return inputs[i]->isString; }
  /// The integers of an operand that must be known while compiling; reports
  /// `name` as unsupported where they are not.
  FailureOr<llvm::SmallVector<int64_t>> requireIntegers(unsigned i,
                                                        llvm::StringRef name);

  // Strings, which operands and results hold as numbers.
  llvm::StringRef getString(int64_t number);
  /// Reports where there is no room for it.
  FailureOr<int64_t> getStringNumber(llvm::StringRef text);
  /// An attribute that is a string, and one that is a list; fails where one is
  /// not UTF-8.
  FailureOr<std::string> requireText(llvm::StringRef name,
                                     llvm::StringRef otherwise);
  FailureOr<llvm::SmallVector<int64_t>> requireTexts(llvm::StringRef name);
  LogicalResult requireStrings(unsigned i);

  // Results.
  unsigned getNumOutputs() const { return node.output_size(); }
  /// True when something may read output `i`.
  bool hasOutput(unsigned i) const {
    return i < getNumOutputs() && !node.output(i).empty();
  }
  void setOutput(unsigned i, Value value);
  /// The floats of output `i`, which has been set.
  void setSteps(unsigned i, Value steps) {
    if (i < results.size())
      results[i].steps = steps;
  }
  /// A result that is known while compiling.
  void setOutput(unsigned i, Constant constant);
  /// Output `i`, which has been set, is the numbers of strings.
  void setIsString(unsigned i) {
    if (i < results.size())
      results[i].isString = true;
  }
  void setSequence(unsigned i, std::vector<ImportedValue> elements);
  /// An optional value without an element.
  void setAbsent(unsigned i);
  /// Output `i` is operand `input` itself, with all that is known about it.
  void forwardInput(unsigned i, unsigned input) { results[i] = *inputs[input]; }
  llvm::MutableArrayRef<ImportedValue> getResults() { return results; }

  // Checks and diagnostics; all of them return failure.
  LogicalResult fail(const llvm::Twine &text);
  LogicalResult unsupported(const llvm::Twine &reason);
  /// `name` must be known while compiling, and these operands are not:
  /// unsupported, unless they can be computed for the data that is fed.
  LogicalResult unknown(llvm::ArrayRef<unsigned> operands,
                        const llvm::Twine &name);
  LogicalResult requireInputs(unsigned least, unsigned most);
  LogicalResult requireRank(unsigned i, int64_t least, int64_t most);
  LogicalResult requireFloat(unsigned i);
  /// Floats or integers, not booleans.
  LogicalResult requireNumbers(unsigned i);
  LogicalResult requireBoolean(unsigned i);
  LogicalResult requireSameElementType(unsigned i, unsigned j);
  /// Integers of operand `i` are from `least` to `most`, or `also`. Checked now
  /// where they are known; an input of the model is checked when it is bound.
  LogicalResult requireRange(unsigned i, int64_t least, int64_t most,
                             std::optional<int64_t> also = std::nullopt);
  /// `axis` counted from the front, checked against `rank`.
  FailureOr<int64_t> normalizeAxis(int64_t axis, int64_t rank);
  FailureOr<llvm::SmallVector<int64_t>>
  normalizeAxes(llvm::ArrayRef<int64_t> axes, int64_t rank);
  /// A tensor type, once its size is known to be sane.
  FailureOr<RankedTensorType> getTensorType(llvm::ArrayRef<int64_t> shape,
                                            Type element);

  /// Says that an evaluation rounded: compiled code may compute in a wider type
  /// than the model's, so the operations stay.
  void setRounded() { isRounded = true; }
  bool hasRounded() const { return isRounded; }
  /// True after a diagnostic; a folding that reported something is final.
  bool hasFailed() const { return isFailed; }
  /// True after `unsupported`; other failures end the import.
  bool hasRefused() const { return isRefused; }

  Importer &getImporter() { return importer; }

private:
  Importer &importer;
  const onnx::NodeProto &node;
  llvm::SmallVector<ImportedValue *> inputs;
  llvm::SmallVector<ImportedValue> results;
  bool isFailed = false;
  bool isRefused = false;
  bool isRounded = false;
};

} // namespace mlir::pc

#endif // PC_LIB_TARGET_ONNX_NODECONTEXT_H
