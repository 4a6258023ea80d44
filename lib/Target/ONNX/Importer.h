// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The walk over a model that makes the forward function.

#ifndef PC_LIB_TARGET_ONNX_IMPORTER_H
#define PC_LIB_TARGET_ONNX_IMPORTER_H

#include "Diagnostics.h"
#include "Functions.h"
#include "ModelReader.h"
#include "NodeContext.h"
#include "Observations.h"
#include "Parameters.h"
#include "StringTable.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "pc/Support/ValueGroups.h"
#include "pc/Target/ONNX/Import.h"
#include "llvm/ADT/StringSet.h"
#include <deque>

namespace mlir::pc {

struct BoundInput;
struct OperatorHandler;

/// What a list of nodes is imported into.
struct Frame {
  Scope &scope;
  const Opsets &opsets;
  const AttributeBindings *bindings;
  OpBuilder &builder;
  /// Put before the labels of the nodes: the call that is being expanded.
  std::string prefix;
};

class Importer {
public:
  Importer(const Model &model, MLIRContext *context,
           const ONNXImportOptions &options, const Observations &observations);

  /// Where the import waits, `@model` returns the operands that are missing.
  OwningOpRef<ModuleOp> run(ImportStatus &status);
  /// What the import waits for: operands that follow from the data. Everything
  /// else about the model is supported.
  llvm::ArrayRef<Request> getRequests() const {
    return llvm::ArrayRef(requests).take_front(isWaiting() ? requests.size()
                                                           : 0);
  }

  // For handlers.
  Value materialize(ImportedValue &value, OpBuilder &builder, Location loc);
  ImportedValue makeConstant(Constant constant);
  /// Strings as a constant of their numbers; none where the table is full.
  std::optional<ImportedValue> makeStrings(const StringTensor &strings);
  void addUnsupported(const onnx::NodeProto &node, int64_t version,
                      Location loc, const llvm::Twine &reason);
  /// The node that is being imported, which has `inputs`, is refused unless
  /// these of them become known.
  void request(llvm::ArrayRef<unsigned> operands,
               llvm::ArrayRef<ImportedValue *> inputs);
  /// True for an operand that can be computed for the data before the rest of
  /// the model is imported.
  bool canRequest(const ImportedValue &operand);
  /// Imports the nodes of a subgraph whose scope has its inputs, and looks up
  /// its outputs.
  LogicalResult importSubgraph(const onnx::GraphProto &graph, Frame frame,
                               llvm::SmallVectorImpl<ImportedValue> &outputs);
  /// Says which integers an input of the model may hold, where the node that is
  /// being imported runs whatever the data are.
  void restrictArgument(BlockArgument value, int64_t least, int64_t most,
                        std::optional<int64_t> also);
  const std::string &getFolder() const { return model.folder; }
  StringTable &getStrings() { return strings; }
  /// Loops of up to this many iterations are unrolled.
  int64_t getUnroll() const { return options.unroll; }
  /// The iterations between two that the others keep for reverse mode, or none.
  std::optional<int64_t> getCheckpoint() const { return options.checkpoint; }
  bool isStraightThrough() const { return options.straightThrough; }
  /// A place to go back to when something turns out to need another form.
  struct Mark {
    Operation *last;
    llvm::StringSet<> nodeNames;
    UnsupportedOperators unsupported;
    unsigned numUnsupported, numWaiting;
    size_t numRequests;
  };
  Mark getMark(OpBuilder &builder) const;
  /// Erases what was made at the end of the builder's block since.
  void rewind(const Mark &mark, OpBuilder &builder);
  /// The frame of the node that is being imported.
  Frame &getFrame() { return *frame; }

private:
  LogicalResult importInputs();
  /// `data` has an entry for each tensor, null where it is not known.
  LogicalResult importInput(const onnx::ValueInfoProto &input,
                            const BoundInput &bound,
                            llvm::ArrayRef<Constant> data);
  LogicalResult importStringInput(const onnx::ValueInfoProto &input,
                                  const BoundInput &bound,
                                  const ONNXInputData &data);
  /// What the nodes see of an input that `tensors` are.
  void defineInput(const onnx::ValueInfoProto &input, const BoundInput &bound,
                   std::vector<ImportedValue> tensors);
  /// What was fed to input `index`, null where nothing is known.
  const ONNXInputData *getData(size_t index) const;
  /// Defines the inputs where some of them are refused.
  void poisonInputs(llvm::ArrayRef<const onnx::ValueInfoProto *> inputs);
  /// What is unsupported about an input, or "".
  std::string explainInput(const onnx::ValueInfoProto &input,
                           const ONNXInputData *data) const;
  LogicalResult importInitializers(const onnx::GraphProto &graph, Scope &scope);
  LogicalResult importNodes(const onnx::GraphProto &graph, Frame &frame);
  LogicalResult
  importNodes(const google::protobuf::RepeatedPtrField<onnx::NodeProto> &nodes,
              const llvm::StringSet<> &defined, Frame &frame);
  /// Expands a call of a function of the model.
  LogicalResult importCall(const ModelFunction &function,
                           const onnx::NodeProto &node, Location loc,
                           llvm::ArrayRef<ImportedValue *> inputs);
  LogicalResult lookupInputs(const onnx::NodeProto &node, Location loc,
                             llvm::SmallVectorImpl<ImportedValue *> &inputs);
  /// Refuses strings that are not known, or that the handler does not take;
  /// `isRefused` says so. Fails where they stand beside numbers.
  LogicalResult checkStrings(const onnx::NodeProto &node,
                             const OperatorHandler &handler, int64_t version,
                             Location loc,
                             llvm::ArrayRef<ImportedValue *> inputs,
                             bool &isRefused);
  LogicalResult defineOutputs(NodeContext &node, unsigned unsupportedBefore);
  bool isWaiting() const {
    return !requests.empty() && numWaiting == numUnsupported;
  }
  /// Puts what is known from earlier imports in the place of operands; `held`
  /// keeps it.
  void observeOperands(llvm::MutableArrayRef<ImportedValue *> inputs,
                       std::deque<ImportedValue> &held);
  /// Makes the operands that are missing the results.
  void returnRequests();
  LogicalResult importNode(const onnx::NodeProto &node, int index);
  LogicalResult runHandler(const OperatorHandler &handler,
                           NodeContext &context);
  LogicalResult importConstant(NodeContext &context);
  LogicalResult importOutputs();
  LogicalResult importOutput(const onnx::ValueInfoProto &output,
                             ImportedValue &value, OpBuilder &builder,
                             llvm::SmallVectorImpl<Value> &results);
  /// Compares a tensor of an output with what the model declares.
  LogicalResult checkOutput(const onnx::ValueInfoProto &output,
                            const onnx::TypeProto::Tensor &declared,
                            const ImportedValue &value);
  /// A float tensor of the model that stays a value at run time.
  ImportedValue makeParameter(llvm::StringRef name, Constant constant);
  void poisonOutputs(const onnx::NodeProto &node);
  void eraseDeadCode();
  void finishFunction();
  Location getNodeLoc(const onnx::NodeProto &node, int index);
  std::string makeUnique(llvm::StringRef name, llvm::StringSet<> &used);

  struct Argument {
    std::string name;
    Constant value; // of a parameter
    bool isFrozen = false;
    SmallVector<int64_t> range; // as in pc.range, or empty
  };

  const Model &model;
  MLIRContext *context;
  const ONNXImportOptions &options;
  const Observations &observations;
  const ParameterPlan plan;
  const FunctionTable functions;
  const Location modelLoc;
  UnsupportedOperators unsupported;
  unsigned numUnsupported = 0;
  unsigned numWaiting = 0; // of these, for want of an operand
  std::vector<Request> requests;
  OperandPath path;  // to the node that is being imported
  int numBodies = 0; // of that node
  unsigned numNodes = 0;
  std::vector<const ModelFunction *> activeCalls;
  /// Parameters inside of a body that is imported again for each iteration.
  llvm::DenseMap<const void *, ImportedValue> bodyParameters;
  std::map<std::string, int64_t> dims;
  OwningOpRef<ModuleOp> module;
  func::FuncOp function;
  std::vector<Argument> arguments; // one for each block argument
  std::vector<std::string> resultNames;
  std::vector<ValueGroup> inputGroups, outputGroups;
  llvm::StringSet<> argumentNames, nodeNames;
  StringTable strings;
  Scope topScope;
  Frame *frame = nullptr;
};

} // namespace mlir::pc

#endif // PC_LIB_TARGET_ONNX_IMPORTER_H
