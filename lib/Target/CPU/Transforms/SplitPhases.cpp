// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Convolutions of images that were spread out with zeros, without the zeros.
// The gradient of a strided convolution is one: at each place of the result,
// zeros meet the same taps of the window again and again. Places that are a
// stride apart see the same taps; they are one phase (a polyphase
// decomposition), and each phase is a dense convolution with its part of the
// window.

#include "StridedNest.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "pc/Target/CPU/Passes.h"
#include <numeric>

namespace mlir::pc {
#define GEN_PASS_DEF_SPLITPHASES
#include "pc/Target/CPU/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;
using namespace mlir::pc;

namespace {
/// An operand that was put into zeros: on each axis, its element `j` stands at
/// `offsets + strides * j`.
struct Spread {
  OpOperand *operand;
  Value source;
  SmallVector<int64_t> offsets, strides;
};

/// Steps `modulus * i + residue` of every loop.
struct Steps {
  SmallVector<int64_t> residues, extents;
};

/// The places of one phase, and the taps that meet something there: the steps
/// of one op each.
struct Phase {
  Steps places;
  SmallVector<Steps> taps;
};

/// A part of a tensor, and the map with which it is read.
struct Part {
  SmallVector<int64_t> offsets, sizes, strides;
  SmallVector<AffineExpr> exprs;
};

struct SplitPhases : public mlir::pc::impl::SplitPhasesBase<SplitPhases> {
  using SplitPhasesBase::SplitPhasesBase;
  void runOnOperation() override;
};

/// Writes one op as its phases.
class Splitter {
public:
  Splitter(linalg::GenericOp op, Spread spread)
      : op(op), spread(std::move(spread)) {}
  LogicalResult plan(int64_t most);
  Value emit(RewriterBase &rewriter);

private:
  LogicalResult readForms();
  void chooseModuli();
  SmallVector<Steps> getSteps(utils::IteratorType type, Steps start);
  bool meets(const Steps &steps);
  LinearForm restrict(const LinearForm &form, const Steps &steps);
  LinearForm getSourceForm(unsigned axis, const Steps &steps);
  void planPadding();
  Value pad(OpBuilder &builder);
  std::optional<Part> getPart(OpOperand &operand, const Steps &steps);
  Value slice(OpBuilder &builder, Value value, const Part &part);
  Value emitTaps(OpBuilder &builder, const Steps &steps, Value padded,
                 Value sums);

  linalg::GenericOp op;
  Spread spread;
  /// For each operand, what its map makes of the loops on each axis.
  SmallVector<SmallVector<LinearForm>> forms;
  SmallVector<int64_t> moduli;
  SmallVector<Phase, 0> phases;
  /// Zeros before and behind the source on each axis.
  SmallVector<int64_t> low, high;
};
} // namespace

//===----------------------------------------------------------------------===//
// What can be split
//===----------------------------------------------------------------------===//

/// Whether `value` is zero wherever `factor` is, up to products with infinity.
static bool vanishesWith(Value value, Value factor) {
  if (value == factor)
    return true;
  Operation *op = value.getDefiningOp();
  if (!op)
    return false;
  if (isa<arith::MulFOp, arith::MulIOp>(op))
    return vanishesWith(op->getOperand(0), factor) ||
           vanishesWith(op->getOperand(1), factor);
  if (isa<arith::NegFOp, arith::ExtFOp, arith::TruncFOp, arith::ExtSIOp,
          arith::ExtUIOp, arith::TruncIOp, arith::SIToFPOp>(op))
    return vanishesWith(op->getOperand(0), factor);
  return false;
}

/// Whether the body adds to its only output what vanishes with `input`.
static bool addsTerm(linalg::LinalgOp op, OpOperand &input) {
  Block *block = op.getBlock();
  Operation *sum = block->getTerminator()->getOperand(0).getDefiningOp();
  if (!isa_and_nonnull<arith::AddFOp, arith::AddIOp>(sum))
    return false;
  Value held = block->getArguments().back();
  Value factor = op.getMatchingBlockArgument(&input);
  return llvm::any_of(llvm::seq(0, 2), [&](int i) {
    return sum->getOperand(i) == held &&
           vanishesWith(sum->getOperand(1 - i), factor);
  });
}

static std::optional<Spread> getSpread(linalg::LinalgOp op,
                                       OpOperand &operand) {
  auto insert = operand.get().getDefiningOp<tensor::InsertSliceOp>();
  if (!insert ||
      insert.getSourceType().getRank() != insert.getType().getRank() ||
      !insert.getType().hasStaticShape() ||
      !insert.getSourceType().hasStaticShape() ||
      ShapedType::isDynamicShape(insert.getStaticOffsets()) ||
      ShapedType::isDynamicShape(insert.getStaticStrides()) ||
      llvm::all_of(insert.getStaticStrides(),
                   [](int64_t stride) { return stride == 1; }))
    return std::nullopt;
  auto fill = insert.getDest().getDefiningOp<linalg::FillOp>();
  if (!fill || !(matchPattern(fill.value(), m_PosZeroFloat()) ||
                 matchPattern(fill.value(), m_Zero())))
    return std::nullopt;
  if (!addsTerm(op, operand))
    return std::nullopt;
  return Spread{&operand, insert.getSource(),
                SmallVector<int64_t>(insert.getStaticOffsets()),
                SmallVector<int64_t>(insert.getStaticStrides())};
}

static std::optional<Spread> findSpread(linalg::LinalgOp op) {
  if (!op.hasPureTensorSemantics() || op.getNumDpsInits() != 1 ||
      op.hasIndexSemantics() || op.hasDynamicShape() ||
      !op.getMatchingIndexingMap(op.getDpsInitOperand(0))
           .isProjectedPermutation())
    return std::nullopt;
  for (OpOperand *operand : op.getDpsInputOperands())
    if (std::optional<Spread> spread = getSpread(op, *operand))
      return spread;
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Planning
//===----------------------------------------------------------------------===//

LogicalResult Splitter::readForms() {
  for (OpOperand &operand : op->getOpOperands()) {
    forms.emplace_back();
    for (AffineExpr expr : op.getMatchingIndexingMap(&operand).getResults()) {
      FailureOr<LinearForm> form = getLinearForm(expr, op.getNumLoops());
      if (failed(form))
        return failure();
      forms.back().push_back(std::move(*form));
    }
  }
  return success();
}

/// Steps of a loop that are a modulus apart are whole strides apart on every
/// axis.
void Splitter::chooseModuli() {
  moduli.assign(op.getNumLoops(), 1);
  ArrayRef<LinearForm> axes = forms[spread.operand->getOperandNumber()];
  for (auto [form, stride] : llvm::zip_equal(axes, spread.strides))
    for (auto [modulus, factor] : llvm::zip_equal(moduli, form.coefficients))
      if (factor != 0)
        modulus = std::lcm(modulus, stride / std::gcd(stride, factor));
}

/// All choices of residues for loops of `type`, those of other loops as in
/// `start`.
SmallVector<Steps> Splitter::getSteps(utils::IteratorType type, Steps start) {
  SmallVector<Steps> all{std::move(start)};
  SmallVector<int64_t> ranges = op.getStaticLoopRanges();
  for (auto [loop, kind] : llvm::enumerate(op.getIteratorTypesArray())) {
    if (kind != type)
      continue;
    SmallVector<Steps> longer;
    for (const Steps &steps : all)
      for (int64_t residue = 0; residue != std::min(moduli[loop], ranges[loop]);
           ++residue) {
        Steps more(steps);
        more.residues[loop] = residue;
        more.extents[loop] =
            llvm::divideCeil(ranges[loop] - residue, moduli[loop]);
        longer.push_back(std::move(more));
      }
    all = std::move(longer);
  }
  return all;
}

/// What becomes of `form` where only `steps` run.
LinearForm Splitter::restrict(const LinearForm &form, const Steps &steps) {
  LinearForm part(form);
  for (auto [factor, modulus, residue] :
       llvm::zip_equal(part.coefficients, moduli, steps.residues)) {
    part.constant += factor * residue;
    factor *= modulus;
  }
  return part;
}

/// The least and the greatest value of `form`.
static std::pair<int64_t, int64_t> getBounds(const LinearForm &form,
                                             ArrayRef<int64_t> extents) {
  int64_t least = form.constant, greatest = form.constant;
  for (auto [factor, extent] : llvm::zip_equal(form.coefficients, extents))
    (factor < 0 ? least : greatest) += factor * (extent - 1);
  return {least, greatest};
}

/// The number of the element of the source that stands where the operand is
/// read on `axis`, if `steps` meet elements.
LinearForm Splitter::getSourceForm(unsigned axis, const Steps &steps) {
  LinearForm form =
      restrict(forms[spread.operand->getOperandNumber()][axis], steps);
  form.constant = (form.constant - spread.offsets[axis]) / spread.strides[axis];
  for (int64_t &factor : form.coefficients)
    factor /= spread.strides[axis];
  return form;
}

/// Whether `steps` read elements of the source; otherwise all are zeros.
bool Splitter::meets(const Steps &steps) {
  auto type = cast<RankedTensorType>(spread.source.getType());
  ArrayRef<LinearForm> axes = forms[spread.operand->getOperandNumber()];
  for (unsigned axis = 0, e = axes.size(); axis != e; ++axis) {
    int64_t place = restrict(axes[axis], steps).constant - spread.offsets[axis];
    if (place % spread.strides[axis] != 0)
      return false;
    auto [least, greatest] =
        getBounds(getSourceForm(axis, steps), steps.extents);
    if (greatest < 0 || least >= type.getDimSize(axis))
      return false;
  }
  return true;
}

/// One border of zeros serves all phases.
void Splitter::planPadding() {
  auto type = cast<RankedTensorType>(spread.source.getType());
  low.assign(type.getRank(), 0);
  high.assign(type.getRank(), 0);
  for (const Phase &phase : phases)
    for (const Steps &steps : phase.taps)
      for (int64_t axis = 0; axis != type.getRank(); ++axis) {
        auto [least, greatest] =
            getBounds(getSourceForm(axis, steps), steps.extents);
        low[axis] = std::max(low[axis], -least);
        high[axis] = std::max(high[axis], greatest + 1 - type.getDimSize(axis));
      }
}

LogicalResult Splitter::plan(int64_t most) {
  if (failed(readForms()))
    return failure();
  chooseModuli();
  SmallVector<int64_t> ranges = op.getStaticLoopRanges();
  int64_t count = 1;
  for (auto [modulus, range] : llvm::zip_equal(moduli, ranges)) {
    count *= std::min(modulus, range);
    if (count > most * most)
      return failure();
  }
  Steps whole{SmallVector<int64_t>(ranges.size(), 0), ranges};
  for (Steps &places : getSteps(utils::IteratorType::parallel, whole)) {
    Phase phase{places, {}};
    for (Steps &taps : getSteps(utils::IteratorType::reduction, places))
      if (meets(taps))
        phase.taps.push_back(std::move(taps));
    phases.push_back(std::move(phase));
  }
  if (int64_t(phases.size()) > most)
    return failure();
  planPadding();
  return success();
}

//===----------------------------------------------------------------------===//
// Emission
//===----------------------------------------------------------------------===//

static SmallVector<OpFoldResult> getAttrs(OpBuilder &builder,
                                          ArrayRef<int64_t> values) {
  return getAsIndexOpFoldResult(builder.getContext(), values);
}

/// The source with its border.
Value Splitter::pad(OpBuilder &builder) {
  auto type = cast<RankedTensorType>(spread.source.getType());
  SmallVector<int64_t> shape(type.getShape());
  for (auto [size, before, behind] : llvm::zip_equal(shape, low, high))
    size += before + behind;
  if (ArrayRef(shape) == type.getShape())
    return spread.source;
  Location loc = op.getLoc();
  auto insert = spread.operand->get().getDefiningOp<tensor::InsertSliceOp>();
  auto fill = insert.getDest().getDefiningOp<linalg::FillOp>();
  Value empty =
      tensor::EmptyOp::create(builder, loc, shape, type.getElementType());
  Value zeros =
      linalg::FillOp::create(builder, loc, fill.value(), empty).getResult(0);
  SmallVector<int64_t> ones(shape.size(), 1);
  return tensor::InsertSliceOp::create(
      builder, loc, spread.source, zeros, getAttrs(builder, low),
      getAttrs(builder, type.getShape()), getAttrs(builder, ones));
}

/// The elements that `form` names, as one slice of an axis, and their numbers
/// in it.
static void addAxis(Part &part, const LinearForm &form,
                    ArrayRef<int64_t> extents, MLIRContext *context) {
  auto [least, greatest] = getBounds(form, extents);
  int64_t step = 0;
  for (auto [factor, extent] : llvm::zip_equal(form.coefficients, extents))
    if (extent > 1)
      step = std::gcd(step, factor);
  step = std::max<int64_t>(step, 1);
  AffineExpr expr =
      getAffineConstantExpr((form.constant - least) / step, context);
  for (auto [dim, factor] : llvm::enumerate(form.coefficients))
    if (factor != 0) // where a loop runs once, any factor is as good
      expr = expr + getAffineDimExpr(dim, context) *
                        (extents[dim] > 1 ? factor / step : 1);
  part.offsets.push_back(least);
  part.strides.push_back(step);
  part.sizes.push_back((greatest - least) / step + 1);
  part.exprs.push_back(expr);
}

/// What `steps` use of `operand`; nothing if it is a scalar.
std::optional<Part> Splitter::getPart(OpOperand &operand, const Steps &steps) {
  auto type = dyn_cast<RankedTensorType>(operand.get().getType());
  if (!type)
    return std::nullopt;
  AffineMap map = op.getMatchingIndexingMap(&operand);
  Part part;
  for (auto [axis, form] : llvm::enumerate(forms[operand.getOperandNumber()])) {
    if (&operand == spread.operand) {
      LinearForm place = getSourceForm(axis, steps);
      place.constant += low[axis];
      addAxis(part, place, steps.extents, op.getContext());
      continue;
    }
    bool isWhole = true;
    for (auto [modulus, factor] : llvm::zip_equal(moduli, form.coefficients))
      isWhole &= modulus == 1 || factor == 0;
    if (!isWhole) {
      addAxis(part, restrict(form, steps), steps.extents, op.getContext());
      continue;
    }
    part.offsets.push_back(0);
    part.strides.push_back(1);
    part.sizes.push_back(type.getDimSize(axis));
    part.exprs.push_back(map.getResult(axis));
  }
  return part;
}

Value Splitter::slice(OpBuilder &builder, Value value, const Part &part) {
  auto type = cast<RankedTensorType>(value.getType());
  if (ArrayRef(part.sizes) == type.getShape())
    return value;
  return tensor::ExtractSliceOp::create(
      builder, op.getLoc(), value, getAttrs(builder, part.offsets),
      getAttrs(builder, part.sizes), getAttrs(builder, part.strides));
}

/// Adds what `steps` contribute to `sums`.
Value Splitter::emitTaps(OpBuilder &builder, const Steps &steps, Value padded,
                         Value sums) {
  SmallVector<Value> inputs;
  SmallVector<AffineMap> maps;
  for (OpOperand &operand : op->getOpOperands()) {
    std::optional<Part> part = getPart(operand, steps);
    AffineMap map = op.getMatchingIndexingMap(&operand);
    maps.push_back(
        part ? AffineMap::get(map.getNumDims(), 0, part->exprs, op.getContext())
             : map);
    if (op.isDpsInit(&operand))
      continue;
    Value value = &operand == spread.operand ? padded : operand.get();
    inputs.push_back(part ? slice(builder, value, *part) : value);
  }
  auto sum =
      linalg::GenericOp::create(builder, op.getLoc(), sums.getType(), inputs,
                                sums, maps, op.getIteratorTypesArray());
  IRMapping mapping;
  op.getRegion().cloneInto(&sum.getRegion(), mapping);
  return sum.getResult(0);
}

Value Splitter::emit(RewriterBase &rewriter) {
  rewriter.setInsertionPoint(op);
  Location loc = op.getLoc();
  OpOperand &init = *op.getDpsInitOperand(0);
  Value result = init.get(), padded = pad(rewriter);
  auto fill = result.getDefiningOp<linalg::FillOp>();
  auto type = cast<RankedTensorType>(result.getType());
  bool isCovered = llvm::none_of(
      phases, [](const Phase &phase) { return phase.taps.empty(); });
  if (fill && isCovered) // each phase fills its own part
    result = tensor::EmptyOp::create(rewriter, loc, type.getShape(),
                                     type.getElementType());
  for (const Phase &phase : phases) {
    if (phase.taps.empty())
      continue;
    Part part = *getPart(init, phase.places);
    Value sums = slice(rewriter, result, part);
    if (fill)
      sums = linalg::FillOp::create(rewriter, loc, fill.value(), sums)
                 .getResult(0);
    for (const Steps &steps : phase.taps)
      sums = emitTaps(rewriter, steps, padded, sums);
    result =
        ArrayRef(part.sizes) == type.getShape()
            ? sums
            : tensor::InsertSliceOp::create(rewriter, loc, sums, result,
                                            getAttrs(rewriter, part.offsets),
                                            getAttrs(rewriter, part.sizes),
                                            getAttrs(rewriter, part.strides));
  }
  return result;
}

void SplitPhases::runOnOperation() {
  IRRewriter rewriter(&getContext());
  SmallVector<linalg::LinalgOp> ops;
  getOperation().walk([&](linalg::LinalgOp op) {
    if (findSpread(op))
      ops.push_back(op);
  });
  for (linalg::LinalgOp op : ops) {
    rewriter.setInsertionPoint(op);
    FailureOr<linalg::GenericOp> generic =
        linalg::generalizeNamedOp(rewriter, op);
    if (succeeded(generic))
      op = *generic;
    Splitter splitter(cast<linalg::GenericOp>(op), *findSpread(op));
    if (failed(splitter.plan(most)))
      continue;
    rewriter.replaceOp(op, splitter.emit(rewriter));
    ++split;
  }
}
