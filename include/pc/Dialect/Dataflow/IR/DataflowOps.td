// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef PC_DIALECT_DATAFLOW_IR_DATAFLOWOPS
#define PC_DIALECT_DATAFLOW_IR_DATAFLOWOPS

include "pc/Dialect/Dataflow/IR/DataflowAttributes.td"
include "pc/Dialect/Dataflow/IR/DataflowInterfaces.td"
include "pc/Dialect/Dataflow/IR/DataflowPlumbing.td"
include "pc/Dialect/Dataflow/IR/DataflowTypes.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/IR/RegionKindInterface.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

//===----------------------------------------------------------------------===//
// Structure
//===----------------------------------------------------------------------===//

def PCFlow_GraphOp : PCFlow_Op<"graph", [
    IsolatedFromAbove, SingleBlock, NoTerminator, Symbol,
    HasParent<"::mlir::ModuleOp">, RegionKindInterface]> {
  let summary = "a model as a network of learning processes";
  let description = [{
    Arguments are the streams of the host, named by `inputs`. A sample takes
    `iterations` updates of every state, so each error and message stream carries
    `iterations + 1` vectors, of which the last is for learning. Gradients are
    summed over `batch` samples. The order of operations means nothing.
    In a `strict` graph predictions are recomputed in every round, from activities
    that move (`pcflow.activity`): prediction streams carry `iterations + 1` vectors
    as well.
    pcflow-schedule writes how many `cycles` the first sample takes from reset,
    each further sample (`sample_cycles`), and each further iteration;
    pcflow-analyze-ranges how large a word can get (`largest_word`) while inputs keep
    to `input_range`, and which units may saturate one.

    D1: in a `wired` graph (pcflow-materialize-forks) every stream has one use.
    D2: rates balance: in a sample a stream is given as many words as are taken.
    D3: only predictions go down and messages go up between vertices, each
    message to the vertex that made the prediction it answers.
    D4: weights belong to one vertex, and one unit in it.
    D5: every cycle of streams passes a `pcflow.state` or a `pcflow.activity`.
    D6: the graph holds vertices, and units without arithmetic between them.
    D11: a gate stands on the link that it names, and on both ways of it.

    ```mlir
    pcflow.graph @scale inputs ["x"] iterations(0) batch(1) {
    ^bb0(%x: !pcflow.stream<4 x f32>):
      %y = pcflow.vertex @y parents(%x : !pcflow.stream<4 x f32>) -> down(!pcflow.stream<4 x f32>) {
      ^bb0(%p: !pcflow.stream<4 x f32>):
        %m = pcflow.map(%p) : (!pcflow.stream<4 x f32>) -> !pcflow.stream<4 x f32> {
        ^bb0(%a: f32):
          %s = arith.addf %a, %a : f32
          pcflow.yield %s : f32
        }
        pcflow.yield %m : !pcflow.stream<4 x f32>
      }
      pcflow.output "y" %y : <4 x f32>
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, StrArrayAttr:$inputs,
    ConfinedAttr<I64Attr, [IntNonNegative]>:$iterations,
    ConfinedAttr<I64Attr, [IntPositive]>:$batch, UnitAttr:$strict, UnitAttr:$wired,
    OptionalAttr<I64Attr>:$cycles, OptionalAttr<I64Attr>:$sample_cycles,
    OptionalAttr<I64Attr>:$iteration_cycles, OptionalAttr<F64Attr>:$input_range,
    OptionalAttr<F64Attr>:$largest_word, OptionalAttr<StrArrayAttr>:$may_saturate);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $sym_name `inputs` $inputs `iterations` `(` $iterations `)` `batch` `(` $batch `)`
    (`strict` $strict^)? (`wired` $wired^)? attr-dict-with-keyword $body
  }];
  let builders = [OpBuilder<(ins "::llvm::StringRef":$name, "::mlir::ArrayAttr":$inputs,
                                 "int64_t":$iterations, "int64_t":$batch)>];
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    static ::mlir::RegionKind getRegionKind(unsigned) {
      return ::mlir::RegionKind::Graph;
    }
    /// Vectors of an error or message stream in a sample.
    int64_t getRounds() { return getIterations() + 1; }
  }];
}

def PCFlow_VertexOp : PCFlow_Op<"vertex", [
    IsolatedFromAbove, SingleBlock, AttrSizedOperandSegments, AttrSizedResultSegments,
    HasParent<"GraphOp">, SymbolTable, RegionKindInterface]> {
  let summary = "the process of one vertex: a module of its own";
  let description = [{
    Takes predictions of its parents and messages of its children; gives its own
    prediction `down`, and messages `up`: message `k` answers parent `answers[k]`.
    Parents that are data get no answer.

    D7: the body has one argument for each operand and yields one value for each
    result, of their types; a message has the type of the parent it answers.

    ```mlir
    %mu, %g = pcflow.vertex @h parents(%x : !pcflow.stream<4 x f32>)
        messages(%m : !pcflow.stream<4 x f32>) answers [0]
        -> down(!pcflow.stream<4 x f32>) up(!pcflow.stream<4 x f32>) { ... }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name,
    Variadic<PCFlow_StreamType>:$parents, Variadic<PCFlow_StreamType>:$messages,
    OptionalAttr<DenseI64ArrayAttr>:$answers);
  let results = (outs Variadic<PCFlow_StreamType>:$down, Variadic<PCFlow_StreamType>:$up);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $sym_name (`parents` `(` $parents^ `:` type($parents) `)`)?
    (`messages` `(` $messages^ `:` type($messages) `)`)?
    (`answers` $answers^)? `->` (`down` `(` type($down)^ `)`)? (`up` `(` type($up)^ `)`)?
    attr-dict-with-keyword $body
  }];
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    static ::mlir::RegionKind getRegionKind(unsigned) {
      return ::mlir::RegionKind::Graph;
    }
    /// The parent that message `index` answers.
    int64_t getAnswered(unsigned index) { return (*getAnswers())[index]; }
    YieldOp getYield();
  }];
}

def PCFlow_YieldOp : PCFlow_Op<"yield", [Pure, Terminator, ParentOneOf<["VertexOp", "MapOp"]>]> {
  let summary = "what a vertex gives, or one word of a map";
  let arguments = (ins Variadic<AnyType>:$values);
  let assemblyFormat = "($values^ `:` type($values))? attr-dict";
}

def PCFlow_WeightsOp : PCFlow_Op<"weights", [Symbol, HasParent<"VertexOp">]> {
  let summary = "the memory of one parameter";
  let description = [{
    `value` is the parameter as the model has it; with `transposed` the unit
    reads its transpose. `initial` is what the memory holds at first, row by row
    as the unit reads it, in the format of the graph (pcflow-quantize).

    ```mlir
    pcflow.weights @w {value = dense<1.0> : tensor<8x4xf32>}
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, ElementsAttr:$value, UnitAttr:$transposed,
                   OptionalAttr<DenseI64ArrayAttr>:$initial);
  let assemblyFormat = "$sym_name attr-dict";
}

//===----------------------------------------------------------------------===//
// Units
//===----------------------------------------------------------------------===//

class PCFlow_Learner<string mnemonic>
    : PCFlow_Unit<mnemonic, [PCFlow_LearnerOpInterface]>;

def PCFlow_LinearOp : PCFlow_Learner<"linear"> {
  let summary = "a tile memory that predicts, sends messages up and learns";
  let description = [{
    With `W` of `M` rows and `N` columns, in a sample:

        takes x (N words) once and gives   y = W x + b;
        `T + 1` times takes d (M words) and gives   g = W^T d;
        the last time   dW += d x^T,  db += d   (exact sums over the batch),
        and in the last sample of a batch   W -= rate dW,  b -= rate db.

    In a strict graph it takes x and gives y anew in every round, before d.
    With `momentum` the memory has a velocity `u` beside each parameter, a word that
    is zero at first: `u = momentum u + dW`, rounded once, and `W -= rate u`.
    Each element of `y`, `g`, `rate dW` and `rate db` is rounded once; a message
    reads the old weights. Without `rate` the weights are frozen; `rate(0)` keeps
    the sums and leaves the weights. `pe` rows and `simd` columns are worked on in
    one cycle.

    D8: sizes of streams are those of the weights; `pe` divides the rows, `simd`
    the columns; the bias has one element for each row; momentum needs a rate.

    ```mlir
    %y, %g = pcflow.linear weights(@w) bias(@b) predict(%x : <4 x f32>)
        vjp(%d : <8 x f32>) rate(1.000000e-01)
        -> <8 x f32> up(!pcflow.stream<4 x f32>)
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$weights, OptionalAttr<FlatSymbolRefAttr>:$bias,
    PCFlow_StreamType:$input, PCFlow_StreamType:$error, OptionalAttr<F64Attr>:$rate,
    OptionalAttr<F64Attr>:$momentum,
    DefaultValuedAttr<ConfinedAttr<I64Attr, [IntPositive]>, "1">:$pe,
    DefaultValuedAttr<ConfinedAttr<I64Attr, [IntPositive]>, "1">:$simd);
  let results = (outs PCFlow_StreamType:$prediction, Optional<PCFlow_StreamType>:$message);
  let assemblyFormat = [{
    `weights` `(` $weights `)` (`bias` `(` $bias^ `)`)?
    `predict` `(` $input `:` type($input) `)` `vjp` `(` $error `:` type($error) `)`
    (`rate` `(` $rate^ `)`)? (`momentum` `(` $momentum^ `)`)?
    attr-dict `->` type($prediction) (`up` `(` type($message)^ `)`)?
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    int64_t getRows() { return getPrediction().getType().getSize(); }
    int64_t getColumns() { return getInput().getType().getSize(); }
    int64_t getPositions() { return 1; }
    int64_t getPeRows() { return getPe(); }
    int64_t getSimdColumns() { return getSimd(); }
    /// UnitOpInterface: predictions do not wait for errors.
    bool isImmediate(unsigned operand, unsigned result) {
      return operand == 0 || result == 1;
    }
  }];
}

def PCFlow_ConvOp : PCFlow_Learner<"conv"> {
  let summary = "a tile memory whose rows see an image through a sliding window";
  let description = [{
    `W` has a row for each channel of the result and a column for each word under
    the window. In a sample, with `x_p` what the window shows at position `p`, zeros
    beyond the image:

        takes x, an image, once and gives   y_p = W x_p + b, channel by channel;
        `T + 1` times takes d and gives     g = sum_p W^T d_p, added where x_p was;
        the last time   dW += sum_p d_p x_p^T,  db += sum_p d_p

    and then as `pcflow.linear`, momentum and strict graphs included. Images are
    channel by channel, row by row. Nothing is copied for the windows: `x` and `g`
    are memories of one image. `pe` channels of the result are worked on in one cycle.
    With `groups` the channels of the image and the rows fall into as many parts, and
    rows see only the channels of their part; as many groups as channels are a
    depthwise convolution.

    D8: the input has the words of the image, the prediction those of the positions
    for each row of the weights; `groups` divides the channels and the rows, `pe` the
    rows of a group.

    ```mlir
    %y, %g = pcflow.conv weights(@w) bias(@b) predict(%x : <64 x f32>) vjp(%d : <72 x f32>)
        window(<image[1, 8, 8] kernel[3, 3] strides[1, 1] dilations[1, 1] pads[0, 0, 0, 0]>)
        rate(1.000000e-01) -> <72 x f32> up(!pcflow.stream<64 x f32>)
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$weights, OptionalAttr<FlatSymbolRefAttr>:$bias,
    PCFlow_StreamType:$input, PCFlow_StreamType:$error, PCFlow_WindowAttr:$window,
    OptionalAttr<F64Attr>:$rate, OptionalAttr<F64Attr>:$momentum,
    DefaultValuedAttr<ConfinedAttr<I64Attr, [IntPositive]>, "1">:$pe,
    DefaultValuedAttr<ConfinedAttr<I64Attr, [IntPositive]>, "1">:$groups);
  let results = (outs PCFlow_StreamType:$prediction, Optional<PCFlow_StreamType>:$message);
  let assemblyFormat = [{
    `weights` `(` $weights `)` (`bias` `(` $bias^ `)`)?
    `predict` `(` $input `:` type($input) `)` `vjp` `(` $error `:` type($error) `)`
    `window` `(` $window `)` (`rate` `(` $rate^ `)`)? (`momentum` `(` $momentum^ `)`)?
    attr-dict `->` type($prediction) (`up` `(` type($message)^ `)`)?
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    int64_t getRows() { return getPrediction().getType().getSize() / getPositions(); }
    /// Channels of the image that a row sees, and of a group.
    int64_t getGroupChannels() { return getWindow().getImage()[0] / getGroups(); }
    int64_t getGroupRows() { return getRows() / getGroups(); }
    int64_t getColumns() { return getGroupChannels() * getWindow().getTaps(); }
    int64_t getPositions() { return getWindow().getPositions(); }
    int64_t getPeRows() { return getPe(); }
    int64_t getSimdColumns() { return 1; }
    /// UnitOpInterface: predictions do not wait for errors.
    bool isImmediate(unsigned operand, unsigned result) {
      return operand == 0 || result == 1;
    }
  }];
}

def PCFlow_PoolOp : PCFlow_Unit<"pool"> {
  let summary = "what a sliding window shows, channel by channel, in one word";
  let description = [{
    In a sample takes an image once and gives, at every position of the window, the
    exact sum of the words under it, saturated, or the greatest of them. `T + 1`
    times takes an error for each and gives a message of the size of the image: an
    error is added to all words that were under the window, or to the greatest, the
    first of several. In a strict graph both anew in every round.

    D8: the input has the words of the image, the prediction those of the positions
    for each channel; every position shows a word.

    ```mlir
    %y, %g = pcflow.pool max predict(%x : <64 x f32>) vjp(%d : <16 x f32>)
        window(<image[1, 8, 8] kernel[2, 2] strides[2, 2] dilations[1, 1] pads[0, 0, 0, 0]>)
        -> <16 x f32> up(<64 x f32>)
    ```
  }];
  let arguments = (ins UnitAttr:$max, PCFlow_StreamType:$input, PCFlow_StreamType:$error,
                       PCFlow_WindowAttr:$window);
  let results = (outs PCFlow_StreamType:$prediction, PCFlow_StreamType:$message);
  let assemblyFormat = [{
    (`max` $max^) : (`sum`)? `predict` `(` $input `:` type($input) `)`
    `vjp` `(` $error `:` type($error) `)` `window` `(` $window `)`
    attr-dict `->` type($prediction) `up` `(` type($message) `)`
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// UnitOpInterface: predictions do not wait for errors.
    bool isImmediate(unsigned operand, unsigned result) {
      return operand == 0 || result == 1;
    }
  }];
}

def PCFlow_RearrangeOp : PCFlow_Unit<"rearrange"> {
  let summary = "sums of the words of a vector, copies of them, another order";
  let description = [{
    For each vector `x` gives `y`: over all combinations of `0 <= a_k < sizes_k`,

        y[sum_k to_k a_k] = sum x[sum_k from_k a_k],

    exactly, saturated once. Loops with `to` 0 are summed over, those with `from` 0
    copy, and another order of the others transposes. A `message` comes in every
    round, a prediction once in a sample or, in a strict graph, in every round.

    D8: a `from` and a `to` for each loop; the loops with a `to` count the words of
    the result, the slowest first, and those that are summed over stand behind
    them; no word beyond the input is read.

    ```mlir
    %y = pcflow.rearrange %x sizes [2, 3] from [1, 2] to [1, 0] : <6 x f32> -> <2 x f32>
    %g = pcflow.rearrange message %d sizes [3, 2] from [0, 1] to [2, 1] : <2 x f32> -> <6 x f32>
    ```
  }];
  let arguments = (ins UnitAttr:$is_message, PCFlow_StreamType:$input, DenseI64ArrayAttr:$sizes,
                       DenseI64ArrayAttr:$from, DenseI64ArrayAttr:$to);
  let results = (outs PCFlow_StreamType:$result);
  let assemblyFormat = [{
    (`message` $is_message^)? $input `sizes` $sizes `from` $from `to` $to attr-dict
    `:` type($input) `->` type($result)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Loops that count the words of the result; the others are summed over.
    unsigned getNumResultLoops();
    /// Words of the input in each sum.
    int64_t getTerms();
  }];
}

def PCFlow_MapOp : PCFlow_Rateless<"map", [IsolatedFromAbove, SingleBlock]> {
  let summary = "one expression for each word";
  let description = [{
    The region computes a word of the result from one word of each operand, by
    `arith`, `math` and `pcflow.lookup` on floats that stand for the elements of
    the streams: each operation is exact, rounded once and saturated in the
    format of the result.

    D9: the region has one float argument for each operand and yields one float;
    operands and result have one size.

    ```mlir
    %g = pcflow.map(%d, %s) : (!pcflow.stream<4 x f32>, !pcflow.stream<4 x f32>) -> !pcflow.stream<4 x f32> {
    ^bb0(%a: f32, %b: f32):
      %p = arith.mulf %a, %b : f32
      pcflow.yield %p : f32
    }
    ```
  }];
  let arguments = (ins Variadic<PCFlow_StreamType>:$inputs);
  let results = (outs PCFlow_StreamType:$result);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    `(` $inputs `)` attr-dict `:` functional-type($inputs, $result) $body
  }];
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    /// UnitOpInterface.
    bool isRateless() { return true; }
    ::llvm::SmallVector<::mlir::pcflow::Run> getRuns(int64_t) {
      return ::mlir::pcflow::getRatelessRuns(*this);
    }
    /// Stages of its pipeline: at least one; each product and each look-up on
    /// the longest path ends a stage.
    int64_t getLatency();
  }];
}

def PCFlow_LookupOp : PCFlow_Op<"lookup", [Pure, SameOperandsAndResultType]> {
  let summary = "a function of one word, by a table of straight pieces";
  let description = [{
    `knots` are values at `2^s + 1` equidistant points of `[-2^range, 2^range]`,
    in units of the last place. In the format `fixed<W, F>`, with
    `k = range + 1 + F - s`, `u = x + 2^(range + F)`, `i = u >> k` and `f` the low
    `k` bits of `u`:  `y = knots[i] + round((knots[i + 1] - knots[i]) f / 2^k)`;
    beyond its ends the function is constant. `error` is the largest difference
    between this, before rounding, and the function that the table stands for.
    Of `!pcflow.single` the knots are words too; there `i` is that of `x + 2^range`,
    and with `s_i` the slope and `x_i` the place of the knot, `y = knots[i] + s_i (x -
    x_i)`, each operation rounded; what is no number stays none.

    D10: the number of knots is one above a power of 2; `range` may be negative.

    ```mlir
    %y = pcflow.lookup %x knots [-16384, 0, 16384] range(0) : f32
    ```
  }];
  let arguments = (ins AnyFloat:$operand, DenseI64ArrayAttr:$knots, I64Attr:$range,
                   OptionalAttr<F64Attr>:$error);
  let results = (outs AnyFloat:$result);
  let assemblyFormat = "$operand `knots` $knots `range` `(` $range `)` attr-dict `:` type($operand)";
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// log2 of the number of pieces.
    unsigned getLogSegments() { return ::llvm::Log2_64(getKnots().size() - 1); }
  }];
}

def PCFlow_LatchOp : PCFlow_Unit<"latch", [SameOperandsAndResultType]> {
  let summary = "a vector that is taken once in a sample and given in every round";
  let description = [{
    Linearisation points and the error of the clamped output are frozen.

    ```mlir
    %r = pcflow.latch %x : <4 x f32>
    ```
  }];
  let arguments = (ins PCFlow_StreamType:$input);
  let results = (outs PCFlow_StreamType:$result);
  let assemblyFormat = "$input attr-dict `:` type($input)";
}

def PCFlow_StateOp : PCFlow_Unit<"state", [SameOperandsAndResultType]> {
  let summary = "the error of a hidden vertex: a delay of one round";
  let description = [{
    `d(0) = 0`, `d(t + 1) = d(t) + step (message(t) - d(t))`, rounded once. Gives
    `d(0) ... d(T)` and takes `T + 1` messages, of which the last, of the round
    that learns, changes nothing.

    ```mlir
    %d = pcflow.state %g step(1.000000e+00) : <4 x f32>
    ```
  }];
  let arguments = (ins PCFlow_StreamType:$message, F64Attr:$step);
  let results = (outs PCFlow_StreamType:$error);
  let assemblyFormat = "$message `step` `(` $step `)` attr-dict `:` type($message)";
  let extraClassDeclaration = [{
    /// UnitOpInterface: an error depends on messages of the round before.
    bool isImmediate(unsigned, unsigned) { return false; }
  }];
}

def PCFlow_ActivityOp : PCFlow_Unit<"activity", [
    AllTypesMatch<["prediction", "message", "value", "error"]>]> {
  let summary = "the activity and the error of a hidden vertex of a strict graph";
  let description = [{
    `v(0)` is the first prediction; in round `t` gives `v(t)`, then the error
    `d(t) = mu(t) - v(t)`, then takes the message `g(t)` and has
    `v(t + 1) = v(t) + step (d(t) - g(t))`, rounded once. The message of the last
    round, which learns, changes nothing.

    ```mlir
    %v, %d = pcflow.activity %mu, %g step(2.500000e-01) : <4 x f32>
    ```
  }];
  let arguments = (ins PCFlow_StreamType:$prediction, PCFlow_StreamType:$message,
                       F64Attr:$step);
  let results = (outs PCFlow_StreamType:$value, PCFlow_StreamType:$error);
  let assemblyFormat = [{
    $prediction `,` $message `step` `(` $step `)` attr-dict `:` type($prediction)
  }];
  let builders = [OpBuilder<(ins "::mlir::Value":$prediction, "::mlir::Value":$message,
                                 "double":$step), [{
    build($_builder, $_state, prediction.getType(), prediction.getType(), prediction,
          message, $_builder.getF64FloatAttr(step));
  }]>];
  let extraClassDeclaration = [{
    /// UnitOpInterface: messages are for the round behind.
    bool isImmediate(unsigned operand, unsigned) { return operand == 0; }
  }];
}

def PCFlow_FirstOp : PCFlow_Unit<"first", [SameOperandsAndResultType]> {
  let summary = "the vector of the first round of a strict graph";
  let description = [{
    What the host gets is the prediction before any activity has moved.

    ```mlir
    %y = pcflow.first %mu : <4 x f32>
    ```
  }];
  let arguments = (ins PCFlow_StreamType:$input);
  let results = (outs PCFlow_StreamType:$result);
  let assemblyFormat = "$input attr-dict `:` type($input)";
}

def PCFlow_SumOp : PCFlow_Rateless<"sum", [SameOperandsAndResultType]> {
  let summary = "the exact sum of messages, saturated once";
  let description = [{
    ```mlir
    %s = pcflow.sum %a, %b : <4 x f32>
    ```
  }];
  let arguments = (ins Variadic<PCFlow_StreamType>:$terms);
  let results = (outs PCFlow_StreamType:$sum);
  let assemblyFormat = "$terms attr-dict `:` type($sum)";
  let builders = [OpBuilder<(ins "::mlir::ValueRange":$terms), [{
    build($_builder, $_state, terms.front().getType(), terms);
  }]>];
}

def PCFlow_SoftmaxErrorOp : PCFlow_Unit<"softmax_error", [AllTypesMatch<["logits", "error"]>]> {
  let summary = "the derivative of the cross-entropy of logits and a class label";
  let description = [{
    `b = softmax(y) - onehot(t)`, once in a sample: with `m = max y` the unit
    takes `e_k = exp(y_k - m)` from `knots` (as `pcflow.lookup` does), their exact
    sum, and one rounded quotient for each class.

    ```mlir
    %b = pcflow.softmax_error %y, %t : !pcflow.stream<10 x f32>, !pcflow.stream<1 x i32>
    ```
  }];
  let arguments = (ins PCFlow_StreamType:$logits, PCFlow_StreamType:$label,
    OptionalAttr<DenseI64ArrayAttr>:$knots, OptionalAttr<I64Attr>:$range,
    OptionalAttr<F64Attr>:$table_error);
  let results = (outs PCFlow_StreamType:$error);
  let assemblyFormat = "$logits `,` $label attr-dict `:` type($logits) `,` type($label)";
  let builders = [OpBuilder<(ins "::mlir::Value":$logits, "::mlir::Value":$label), [{
    build($_builder, $_state, logits.getType(), logits, label, {}, {}, {});
  }]>];
}

#endif // PC_DIALECT_DATAFLOW_IR_DATAFLOWOPS
