// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What goes into a part of a tensor is computed there.

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "pc/Target/CPU/Passes.h"

namespace mlir::pc {
#define GEN_PASS_DEF_PLACEPARTS
#include "pc/Target/CPU/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;

/// Elements that lie one after the other in a part of a tensor of `whole`.
static int64_t getRun(RankedTensorType part, RankedTensorType whole) {
  int64_t run = 1;
  for (int64_t i = part.getRank() - 1; i >= 0; --i) {
    run *= part.getDimSize(i);
    if (part.getDimSize(i) != whole.getDimSize(i))
      break;
  }
  return run;
}

/// A border of one value as a part of a tensor that is filled with it.
static void fillBorder(tensor::PadOp pad) {
  Value value = pad.getConstantPaddingValue();
  RankedTensorType whole = pad.getResultType(), part = pad.getSourceType();
  if (!value || !whole.hasStaticShape() || !part.hasStaticShape())
    return;
  OpBuilder builder(pad);
  Location loc = pad.getLoc();
  Value empty = tensor::EmptyOp::create(builder, loc, whole.getShape(),
                                        whole.getElementType());
  Value filled =
      linalg::FillOp::create(builder, loc, value, empty).getResult(0);
  SmallVector<OpFoldResult> ones(part.getRank(), builder.getIndexAttr(1));
  pad.replaceAllUsesWith(
      tensor::InsertSliceOp::create(
          builder, loc, pad.getSource(), filled, pad.getMixedLowPad(),
          tensor::getMixedSizes(builder, loc, pad.getSource()), ones)
          .getResult());
  pad.erase();
}

namespace {
struct PlaceParts : public mlir::pc::impl::PlacePartsBase<PlaceParts> {
  using PlacePartsBase::PlacePartsBase;

  void runOnOperation() override {
    getOperation().walk([](tensor::PadOp pad) { fillBorder(pad); });
    getOperation().walk([&](tensor::InsertSliceOp insert) { place(insert); });
  }

private:
  void place(tensor::InsertSliceOp insert);
};
} // namespace

void PlaceParts::place(tensor::InsertSliceOp insert) {
  auto part = insert.getSourceType();
  auto whole = insert.getDestType();
  auto fill = insert.getDest().getDefiningOp<linalg::FillOp>();
  auto producer = insert.getSource().getDefiningOp<linalg::LinalgOp>();
  if (!fill || !producer || producer->getBlock() != insert->getBlock() ||
      !fill.getOutputs().front().getDefiningOp<tensor::EmptyOp>() ||
      !insert.hasUnitStride() || !part.hasStaticShape() ||
      part.getRank() != whole.getRank() || !whole.hasStaticShape() ||
      !part.getElementType().isIntOrFloat() ||
      !llvm::all_of(insert.getMixedOffsets(),
                    [](OpFoldResult offset) { return isa<Attribute>(offset); }))
    return;
  // Other readers lose nothing as long as the rows of the part fill vectors.
  int64_t bits = getRun(part, whole) * part.getElementTypeBitWidth();
  OpOperand *init =
      producer.getTiedOpOperand(cast<OpResult>(insert.getSource()));
  if (bits % vectorBits != 0 || !init->get().getDefiningOp<tensor::EmptyOp>())
    return;
  OpBuilder builder(producer);
  Operation *empty = builder.clone(*fill.getOutputs().front().getDefiningOp());
  auto zeros = linalg::FillOp::create(builder, fill.getLoc(), fill.getInputs(),
                                      empty->getResults());
  Value place = tensor::ExtractSliceOp::create(
      builder, insert.getLoc(), part, zeros.getResult(0),
      insert.getMixedOffsets(), insert.getMixedSizes(),
      insert.getMixedStrides());
  init->set(place);
  insert.getDestMutable().assign(zeros.getResult(0));
  ++placed;
}
