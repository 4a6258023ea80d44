// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "StridedNest.h"
#include "NestEmitter.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "pc/Target/CPU/Passes.h"

using namespace mlir;
using namespace mlir::pc;

/// Adds `factor * expr` to the linear form (`constant`, `coefficients`).
static LogicalResult addLinear(AffineExpr expr, int64_t factor,
                               int64_t &constant,
                               MutableArrayRef<int64_t> coefficients) {
  if (auto value = dyn_cast<AffineConstantExpr>(expr)) {
    constant += factor * value.getValue();
    return success();
  }
  if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
    coefficients[dim.getPosition()] += factor;
    return success();
  }
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return failure();
  if (expr.getKind() == AffineExprKind::Add)
    return failure(
        failed(addLinear(binary.getLHS(), factor, constant, coefficients)) ||
        failed(addLinear(binary.getRHS(), factor, constant, coefficients)));
  auto scale = dyn_cast<AffineConstantExpr>(binary.getRHS());
  if (expr.getKind() != AffineExprKind::Mul || !scale)
    return failure();
  return addLinear(binary.getLHS(), factor * scale.getValue(), constant,
                   coefficients);
}

FailureOr<LinearForm> mlir::pc::getLinearForm(AffineExpr expr,
                                              unsigned numDims) {
  LinearForm form{0, SmallVector<int64_t>(numDims, 0)};
  if (failed(addLinear(expr, 1, form.constant, form.coefficients)))
    return failure();
  return form;
}

static FailureOr<NestAccess> getAccess(linalg::LinalgOp op, OpOperand &operand,
                                       const OperandLayout &layout) {
  NestAccess access;
  access.operand = &operand;
  access.isOutput = op.isDpsInit(&operand);
  access.strides.assign(op.getNumLoops(), 0);
  if (!isa<ShapedType>(operand.get().getType()))
    return access;
  access.inMemory = true;
  for (auto [expr, stride] :
       llvm::zip_equal(layout.map.getResults(), layout.strides))
    if (failed(addLinear(expr, stride, access.offset, access.strides)))
      return failure();
  return access;
}

OperandLayout mlir::pc::getRowMajorLayout(AffineMap map,
                                          ArrayRef<int64_t> shape) {
  return {map, computeStrides(shape)};
}

/// Of a tensor, or of a part of one where that is what will be read or written.
static SmallVector<int64_t> getTensorStrides(Value value) {
  if (auto fill = value.getDefiningOp<linalg::FillOp>())
    return getTensorStrides(fill.getOutputs().front());
  auto type = cast<RankedTensorType>(value.getType());
  auto slice = value.getDefiningOp<tensor::ExtractSliceOp>();
  if (!slice || slice.getSourceType().getRank() != type.getRank() ||
      !slice.getSourceType().hasStaticShape() ||
      ShapedType::isDynamicShape(slice.getStaticStrides()))
    return computeStrides(type.getShape());
  SmallVector<int64_t> strides = getTensorStrides(slice.getSource());
  for (auto [stride, step] : llvm::zip_equal(strides, slice.getStaticStrides()))
    stride *= step;
  return strides;
}

FailureOr<SmallVector<OperandLayout>>
mlir::pc::getLayouts(linalg::LinalgOp op) {
  SmallVector<OperandLayout> layouts;
  for (OpOperand &operand : op->getOpOperands()) {
    OperandLayout &layout = layouts.emplace_back();
    layout.map = op.getMatchingIndexingMap(&operand);
    auto shaped = dyn_cast<ShapedType>(operand.get().getType());
    if (!shaped)
      continue;
    if (!shaped.hasStaticShape())
      return failure();
    int64_t offset; // kept in the type
    auto type = dyn_cast<MemRefType>(shaped);
    if (!type)
      layout.strides = getTensorStrides(operand.get());
    else if (failed(type.getStridesAndOffset(layout.strides, offset)) ||
             llvm::is_contained(layout.strides, ShapedType::kDynamic))
      return failure();
  }
  return layouts;
}

/// Loops whose number the body reads; they stay as they are.
static llvm::SmallBitVector getIndexedLoops(linalg::LinalgOp op) {
  llvm::SmallBitVector indexed(op.getNumLoops());
  op->getRegion(0).walk(
      [&](linalg::IndexOp index) { indexed.set(index.getDim()); });
  return indexed;
}

/// True when loop `inner` directly inside `outer` steps through every operand
/// as one long loop would.
static bool canMerge(const StridedNest &nest, unsigned outer, unsigned inner) {
  if (nest.dims[outer].isReduction != nest.dims[inner].isReduction)
    return false;
  auto isOneLoop = [&](ArrayRef<int64_t> strides) {
    return strides[outer] == strides[inner] * nest.dims[inner].extent;
  };
  auto isOneAccess = [&](const NestAccess &access) {
    return isOneLoop(access.strides);
  };
  return llvm::all_of(nest.accesses, isOneAccess) &&
         llvm::all_of(nest.epilogue, isOneAccess) &&
         llvm::all_of(nest.bounds, [&](const NestBound &bound) {
           return isOneLoop(bound.form.coefficients);
         });
}

static void eraseDim(StridedNest &nest, unsigned dim,
                     std::optional<unsigned> into) {
  nest.dims.erase(nest.dims.begin() + dim);
  for (auto *accesses : {&nest.accesses, &nest.epilogue})
    for (NestAccess &access : *accesses)
      access.strides.erase(access.strides.begin() + dim);
  for (NestBound &bound : nest.bounds)
    bound.form.coefficients.erase(bound.form.coefficients.begin() + dim);
  for (std::optional<unsigned> &loop : nest.dimOfLoop) {
    if (loop == dim)
      loop = into;
    if (loop && *loop > dim)
      --*loop;
  }
}

/// Whether loop `inner` is the next reduction in `outer`.
static bool isNextReduction(const StridedNest &nest, unsigned outer,
                            unsigned inner) {
  if (outer > inner)
    return false;
  return llvm::none_of(ArrayRef(nest.dims).slice(outer + 1, inner - outer - 1),
                       [](const NestDim &dim) { return dim.isReduction; });
}

/// One merge of any two loops; their order means nothing between operands. It
/// does to a reduction that `isOrdered`: its steps come in the order of loops.
static bool mergeOnce(StridedNest &nest, const llvm::SmallBitVector &indexed,
                      bool isOrdered) {
  llvm::SmallBitVector fixed(nest.dims.size());
  for (auto [loop, dim] : llvm::enumerate(nest.dimOfLoop))
    if (dim && indexed.test(loop))
      fixed.set(*dim);
  for (unsigned outer = 0, e = nest.dims.size(); outer != e; ++outer)
    for (unsigned inner = 0; inner != e; ++inner) {
      if (outer == inner || fixed.test(outer) || fixed.test(inner) ||
          !canMerge(nest, outer, inner))
        continue;
      if (isOrdered && nest.dims[outer].isReduction &&
          !isNextReduction(nest, outer, inner))
        continue;
      nest.dims[inner].extent *= nest.dims[outer].extent;
      eraseDim(nest, outer, inner);
      return true;
    }
  return false;
}

/// What `pc-cpu-skip-borders` has found.
static SmallVector<NestBound> getBounds(linalg::LinalgOp op) {
  SmallVector<NestBound> bounds;
  auto attr = op->getAttrOfType<ArrayAttr>(boundsAttrName);
  if (!attr)
    return bounds;
  for (auto bound : attr.getAsRange<DenseI64ArrayAttr>()) {
    AffineMap map = op.getMatchingIndexingMap(&op->getOpOperand(bound[0]));
    FailureOr<LinearForm> form =
        getLinearForm(map.getResult(bound[1]), op.getNumLoops());
    if (succeeded(form))
      bounds.push_back({*form, bound[2], bound[3]});
  }
  return bounds;
}

FailureOr<StridedNest> mlir::pc::getStridedNest(linalg::LinalgOp op) {
  FailureOr<SmallVector<OperandLayout>> layouts = getLayouts(op);
  if (failed(layouts))
    return failure();
  return getStridedNest(op, *layouts);
}

/// One loop for each of the op's, with what it does to each operand.
static FailureOr<StridedNest> readNest(linalg::LinalgOp op,
                                       ArrayRef<OperandLayout> layouts) {
  StridedNest nest;
  SmallVector<utils::IteratorType> types = op.getIteratorTypesArray();
  for (auto [loop, extent] : llvm::enumerate(op.getStaticLoopRanges())) {
    if (ShapedType::isDynamic(extent) || extent == 0)
      return failure();
    nest.dims.push_back(
        {extent, types[loop] == utils::IteratorType::reduction});
    nest.dimOfLoop.push_back(loop);
  }
  for (auto [operand, layout] : llvm::zip_equal(op->getOpOperands(), layouts)) {
    FailureOr<NestAccess> access = getAccess(op, operand, layout);
    if (failed(access))
      return failure();
    nest.accesses.push_back(std::move(*access));
  }
  nest.bounds = getBounds(op);
  return nest;
}

/// Drops loops that run once, and merges others.
static void simplify(StridedNest &nest, linalg::LinalgOp op) {
  for (unsigned dim = nest.dims.size(); dim-- > 0;)
    if (nest.dims[dim].extent == 1)
      eraseDim(nest, dim, std::nullopt);
  llvm::SmallBitVector indexed = getIndexedLoops(op);
  bool isOrdered = getCombiners(op).empty();
  while (mergeOnce(nest, indexed, isOrdered))
    ;
}

FailureOr<StridedNest>
mlir::pc::getStridedNest(linalg::LinalgOp op, ArrayRef<OperandLayout> layouts) {
  FailureOr<StridedNest> nest = readNest(op, layouts);
  if (succeeded(nest))
    simplify(*nest, op);
  return nest;
}

//===----------------------------------------------------------------------===//
// Two ops
//===----------------------------------------------------------------------===//

namespace {
/// `extent` steps, each of so many steps of a loop of the product and of one of
/// the epilogue; of none of the latter in a reduction.
struct LoopPart {
  int64_t extent;
  unsigned loop, epilogueLoop = 0;
  int64_t steps = 1, epilogueSteps = 0;
};
} // namespace

/// Parallel loops of `nest` that run more than once, by the stride with which
/// they step through `access`, from the shortest on.
static SmallVector<unsigned> getLoopsByStride(const StridedNest &nest,
                                              const NestAccess &access) {
  SmallVector<unsigned> loops;
  for (auto [loop, dim] : llvm::enumerate(nest.dims))
    if (!dim.isReduction && dim.extent != 1)
      loops.push_back(loop);
  llvm::sort(loops, [&](unsigned a, unsigned b) {
    return access.strides[a] < access.strides[b];
  });
  return loops;
}

/// Cuts the loops of both nests where either ends. `sums` of the one are `read`
/// of the other: the same elements of one buffer, from the nearest to the
/// furthest.
static FailureOr<SmallVector<LoopPart>> alignLoops(const StridedNest &product,
                                                   const NestAccess &sums,
                                                   const StridedNest &epilogue,
                                                   const NestAccess &read) {
  SmallVector<unsigned> some = getLoopsByStride(product, sums);
  SmallVector<unsigned> others = getLoopsByStride(epilogue, read);
  SmallVector<LoopPart> parts;
  int64_t steps = 1, epilogueSteps = 1;
  unsigned i = 0, j = 0;
  while (i != some.size() && j != others.size()) {
    int64_t left = product.dims[some[i]].extent / steps;
    int64_t epilogueLeft = epilogue.dims[others[j]].extent / epilogueSteps;
    int64_t extent = std::min(left, epilogueLeft);
    if (left % extent != 0 || epilogueLeft % extent != 0 ||
        sums.strides[some[i]] * steps !=
            read.strides[others[j]] * epilogueSteps)
      return failure();
    parts.push_back({extent, some[i], others[j], steps, epilogueSteps});
    steps *= extent;
    epilogueSteps *= extent;
    if (left == extent) {
      ++i;
      steps = 1;
    }
    if (epilogueLeft == extent) {
      ++j;
      epilogueSteps = 1;
    }
  }
  if (i != some.size() || j != others.size() || sums.offset != read.offset)
    return failure();
  return parts;
}

/// The loops of both: reductions whole, all others by their parts, of which
/// those with the furthest steps are outside.
static SmallVector<LoopPart> orderParts(const StridedNest &product,
                                        ArrayRef<LoopPart> parts) {
  SmallVector<LoopPart> ordered;
  for (auto [loop, dim] : llvm::enumerate(product.dims)) {
    if (dim.isReduction)
      ordered.push_back({dim.extent, unsigned(loop)});
    for (const LoopPart &part : llvm::reverse(parts))
      if (part.loop == loop)
        ordered.push_back(part);
  }
  return ordered;
}

/// The nest with a loop for each part.
static StridedNest cutLoops(const StridedNest &nest, ArrayRef<LoopPart> parts) {
  StridedNest cut;
  cut.dimOfLoop.resize(nest.dims.size());
  for (auto [dim, part] : llvm::enumerate(parts)) {
    const NestDim &whole = nest.dims[part.loop];
    cut.dims.push_back({part.extent, whole.isReduction});
    if (part.extent == whole.extent)
      cut.dimOfLoop[part.loop] = dim;
  }
  auto getStrides = [&](ArrayRef<int64_t> strides) {
    return llvm::map_to_vector(parts, [&](const LoopPart &part) {
      return strides[part.loop] * part.steps;
    });
  };
  for (NestAccess access : nest.accesses) {
    access.strides = getStrides(access.strides);
    cut.accesses.push_back(access);
  }
  for (NestBound bound : nest.bounds) {
    bound.form.coefficients = getStrides(bound.form.coefficients);
    cut.bounds.push_back(bound);
  }
  return cut;
}

FailureOr<StridedNest> mlir::pc::getStridedNest(linalg::LinalgOp product,
                                                OpOperand &sums) {
  auto epilogue = cast<linalg::LinalgOp>(sums.getOwner());
  FailureOr<SmallVector<OperandLayout>> layouts = getLayouts(product);
  FailureOr<SmallVector<OperandLayout>> others = getLayouts(epilogue);
  if (failed(layouts) || failed(others))
    return failure();
  FailureOr<StridedNest> nest = readNest(product, *layouts);
  FailureOr<StridedNest> reader = readNest(epilogue, *others);
  if (failed(nest) || failed(reader))
    return failure();
  FailureOr<SmallVector<LoopPart>> aligned =
      alignLoops(*nest, nest->accesses.back(), *reader,
                 reader->accesses[sums.getOperandNumber()]);
  if (failed(aligned))
    return failure();
  SmallVector<LoopPart> parts = orderParts(*nest, *aligned);
  StridedNest both = cutLoops(*nest, parts);
  // A loop whose number the body reads has to be whole.
  for (unsigned loop : getIndexedLoops(product).set_bits())
    if (!both.dimOfLoop[loop] && nest->dims[loop].extent != 1)
      return failure();
  for (NestAccess access : reader->accesses) {
    if (access.operand == &sums)
      continue;
    ArrayRef<int64_t> strides = access.strides;
    access.strides = llvm::map_to_vector(parts, [&](const LoopPart &part) {
      return part.epilogueSteps
                 ? strides[part.epilogueLoop] * part.epilogueSteps
                 : 0;
    });
    both.epilogue.push_back(access);
  }
  simplify(both, product);
  return both;
}
