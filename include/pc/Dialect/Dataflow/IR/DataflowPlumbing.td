// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What brings words from unit to unit, and to the host.

#ifndef PC_DIALECT_DATAFLOW_IR_DATAFLOWPLUMBING
#define PC_DIALECT_DATAFLOW_IR_DATAFLOWPLUMBING

include "pc/Dialect/Dataflow/IR/DataflowInterfaces.td"
include "pc/Dialect/Dataflow/IR/DataflowTypes.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class PCFlow_Unit<string mnemonic, list<Trait> traits = []>
    : PCFlow_Op<mnemonic, !listconcat([
        DeclareOpInterfaceMethods<PCFlow_UnitOpInterface>,
        ParentOneOf<["GraphOp", "VertexOp"]>], traits)>;

/// A unit that fires whenever there is a word.
class PCFlow_Rateless<string mnemonic, list<Trait> traits = []>
    : PCFlow_Op<mnemonic, !listconcat([
        PCFlow_UnitOpInterface, ParentOneOf<["GraphOp", "VertexOp"]>], traits)> {
  let extraClassDeclaration = [{
    /// UnitOpInterface.
    bool isRateless() { return true; }
    ::llvm::SmallVector<::mlir::pcflow::Run> getRuns(int64_t) {
      return ::mlir::pcflow::getRatelessRuns(*this);
    }
  }];
}

def PCFlow_ForkOp : PCFlow_Rateless<"fork"> {
  let summary = "one stream for several readers";
  let description = [{
    Eager: a reader gets the word when it is ready, not when all are.

    ```mlir
    %a:2 = pcflow.fork %x into 2 : <4 x f32>
    ```
  }];
  let arguments = (ins PCFlow_StreamType:$input);
  let results = (outs Variadic<PCFlow_StreamType>:$copies);
  let hasCustomAssemblyFormat = 1; // one type for all
}

def PCFlow_BufferOp : PCFlow_Rateless<"buffer", [SameOperandsAndResultType]> {
  let summary = "a bounded queue, the only storage on a channel";
  let description = [{
    Without a depth it is to be sized (pcflow-size-buffers).

    ```mlir
    %q = pcflow.buffer %x depth(2) : <4 x f32>
    ```
  }];
  let arguments = (ins PCFlow_StreamType:$input,
    OptionalAttr<ConfinedAttr<I64Attr, [IntPositive]>>:$depth);
  let results = (outs PCFlow_StreamType:$result);
  let assemblyFormat = "$input (`depth` `(` $depth^ `)`)? attr-dict `:` type($input)";
}

def PCFlow_TapOp : PCFlow_Rateless<"tap", [SameOperandsAndResultType]> {
  let summary = "a wire that test benches look at";
  let description = [{
    ```mlir
    %e = pcflow.tap "h" %d : <4 x f32>
    ```
  }];
  let arguments = (ins StrAttr:$label, PCFlow_StreamType:$input);
  let results = (outs PCFlow_StreamType:$result);
  let assemblyFormat = "$label $input attr-dict `:` type($input)";
}

def PCFlow_GateOp : PCFlow_Op<"gate", [
    PCFlow_UnitOpInterface, HasParent<"GraphOp">, SameOperandsAndResultType]> {
  let summary = "a place where a link can be cut";
  let description = [{
    `link` names a parent and a child, "h:o". Words pass until the host cuts the
    link; from then on as many zeros pass in place of them. A prediction of zeros
    is the operand without that parent, a message of zeros an error that does not
    depend on that child. There are no other changes: processes go on by
    themselves, so cutting needs nobody who knows of it.

    ```mlir
    %c = pcflow.gate "h:o" %h : <4 x f32>
    ```
  }];
  let arguments = (ins StrAttr:$link, PCFlow_StreamType:$input);
  let results = (outs PCFlow_StreamType:$result);
  let assemblyFormat = "$link $input attr-dict `:` type($input)";
  let extraClassDeclaration = [{
    /// UnitOpInterface.
    bool isRateless() { return true; }
    ::llvm::SmallVector<::mlir::pcflow::Run> getRuns(int64_t) {
      return ::mlir::pcflow::getRatelessRuns(*this);
    }
  }];
}

def PCFlow_SinkOp : PCFlow_Rateless<"sink"> {
  let summary = "takes what nobody reads";
  let arguments = (ins PCFlow_StreamType:$input);
  let assemblyFormat = "$input attr-dict `:` type($input)";
}

def PCFlow_OutputOp : PCFlow_Rateless<"output"> {
  let summary = "a stream to the host";
  let arguments = (ins StrAttr:$label, PCFlow_StreamType:$input);
  let assemblyFormat = "$label $input attr-dict `:` type($input)";
}

#endif // PC_DIALECT_DATAFLOW_IR_DATAFLOWPLUMBING
