// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Products of cooperative matrices by invocations that do not cooperate.

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/SCF/Transforms/Patterns.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/Transforms/DialectConversion.h"
#include "pc/Target/Vulkan/Transforms/Passes.h"

namespace mlir::pc {
#define GEN_PASS_DEF_EMULATECOOPERATIVE
#include "pc/Target/Vulkan/Transforms/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;
using namespace mlir::pc;

/// Sums, as opposed to what is multiplied.
static bool isAccumulator(Type type) {
  auto vector = dyn_cast<VectorType>(type);
  return vector && vector.getRank() == 2 && vector.getElementType().isF32();
}

namespace {
/// Element `lane + i * lanes` of a matrix, row by row, is number i of those
/// that an invocation has.
class Fragment {
public:
  Fragment(ImplicitLocOpBuilder &builder, VectorType type, int64_t lanes)
      : builder(builder), columns(type.getDimSize(1)), lanes(lanes) {
    lane = arith::RemUIOp::create(
        builder, gpu::ThreadIdOp::create(builder, gpu::Dimension::x),
        constant(lanes));
  }

  Value constant(int64_t value) {
    return arith::ConstantIndexOp::create(builder, value);
  }
  Value add(Value a, Value b) { return arith::AddIOp::create(builder, a, b); }

  /// Row and column of number i.
  std::pair<Value, Value> getPlace(int64_t i) {
    Value element = add(lane, constant(i * lanes));
    return {arith::DivUIOp::create(builder, element, constant(columns)),
            arith::RemUIOp::create(builder, element, constant(columns))};
  }
  SmallVector<Value> getIndices(ValueRange first, int64_t i) {
    auto [row, column] = getPlace(i);
    return {add(first[0], row), add(first[1], column)};
  }

private:
  ImplicitLocOpBuilder &builder;
  int64_t columns, lanes;
  Value lane;
};

/// How many invocations have a matrix together.
template <typename Op> class LanesPattern : public OpConversionPattern<Op> {
public:
  LanesPattern(const TypeConverter &types, MLIRContext *context, int64_t lanes)
      : OpConversionPattern<Op>(types, context), lanes(lanes) {}

protected:
  int64_t lanes;
};

struct EmulateRead : public LanesPattern<vector::TransferReadOp> {
  using LanesPattern::LanesPattern;
  LogicalResult
  matchAndRewrite(vector::TransferReadOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder builder(op.getLoc(), rewriter);
    Fragment fragment(builder, op.getVectorType(), lanes);
    SmallVector<Value> values;
    for (int64_t i = 0, e = op.getVectorType().getNumElements(); i != e / lanes;
         ++i)
      values.push_back(memref::LoadOp::create(
          builder, op.getBase(), fragment.getIndices(op.getIndices(), i)));
    rewriter.replaceOpWithMultiple(op, {ValueRange(values)});
    return success();
  }
};

struct EmulateWrite : public LanesPattern<vector::TransferWriteOp> {
  using LanesPattern::LanesPattern;
  LogicalResult
  matchAndRewrite(vector::TransferWriteOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder builder(op.getLoc(), rewriter);
    Fragment fragment(builder, op.getVectorType(), lanes);
    for (auto [i, value] : llvm::enumerate(adaptor.getValueToStore()))
      memref::StoreOp::create(builder, value, op.getBase(),
                              fragment.getIndices(op.getIndices(), i));
    rewriter.eraseOp(op);
    return success();
  }
};

/// c_ij = c_ij + a_ik b_kj for one k after the other, in f32.
struct EmulateProduct : public LanesPattern<vector::ContractionOp> {
  using LanesPattern::LanesPattern;
  LogicalResult
  matchAndRewrite(vector::ContractionOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto left = op.getLhs().getDefiningOp<vector::TransferReadOp>();
    auto right = op.getRhs().getDefiningOp<vector::TransferReadOp>();
    if (!left || !right)
      return rewriter.notifyMatchFailure(op, "operands are not read");
    ImplicitLocOpBuilder builder(op.getLoc(), rewriter);
    Fragment fragment(builder, cast<VectorType>(op.getType()), lanes);
    int64_t depth = left.getVectorType().getDimSize(1);
    auto loop = scf::ForOp::create(builder, fragment.constant(0),
                                   fragment.constant(depth),
                                   fragment.constant(1), adaptor.getAcc());
    OpBuilder::InsertionGuard guard(rewriter);
    builder.setInsertionPointToStart(loop.getBody());
    SmallVector<Value> sums;
    for (auto [i, sum] : llvm::enumerate(loop.getRegionIterArgs())) {
      auto [row, column] = fragment.getPlace(i);
      Value a = load(builder, left, row, loop.getInductionVar());
      Value b = load(builder, right, loop.getInductionVar(), column);
      Value product = arith::MulFOp::create(builder, a, b);
      sums.push_back(arith::AddFOp::create(builder, sum, product));
    }
    scf::YieldOp::create(builder, sums);
    rewriter.replaceOpWithMultiple(op, {loop.getResults()});
    return success();
  }

  static Value load(ImplicitLocOpBuilder &builder, vector::TransferReadOp read,
                    Value row, Value column) {
    if (!read.getPermutationMap().isIdentity())
      std::swap(row, column);
    Value first = arith::AddIOp::create(builder, read.getIndices()[0], row);
    Value second = arith::AddIOp::create(builder, read.getIndices()[1], column);
    Value half = memref::LoadOp::create(builder, read.getBase(),
                                        ValueRange{first, second});
    return arith::ExtFOp::create(builder, builder.getF32Type(), half);
  }
};

struct EmulateCooperative
    : public mlir::pc::impl::EmulateCooperativeBase<EmulateCooperative> {
  void runOnOperation() override;

private:
  LogicalResult convert(int64_t lanes);
};
} // namespace

LogicalResult EmulateCooperative::convert(int64_t lanes) {
  MLIRContext *context = &getContext();
  TypeConverter types;
  types.addConversion([](Type type) { return type; });
  types.addConversion(
      [lanes](VectorType type,
              SmallVectorImpl<Type> &parts) -> std::optional<LogicalResult> {
        if (!isAccumulator(type))
          return std::nullopt;
        parts.append(type.getNumElements() / lanes, type.getElementType());
        return success();
      });
  RewritePatternSet patterns(context);
  patterns.add<EmulateRead, EmulateWrite, EmulateProduct>(types, context,
                                                          lanes);
  ConversionTarget target(*context);
  target.markUnknownOpDynamicallyLegal([](Operation *) { return true; });
  target.addIllegalOp<vector::ContractionOp, vector::TransferWriteOp>();
  target.addDynamicallyLegalOp<vector::TransferReadOp>(
      [](vector::TransferReadOp op) { return !isAccumulator(op.getType()); });
  scf::populateSCFStructuralTypeConversionsAndLegality(types, patterns, target);
  return applyPartialConversion(getOperation(), target, std::move(patterns));
}

void EmulateCooperative::runOnOperation() {
  gpu::GPUFuncOp kernel = getOperation();
  auto given = kernel->getAttrOfType<DenseI64ArrayAttr>(cooperativeAttrName);
  if (!given)
    return;
  int64_t lanes = (*kernel.getKnownBlockSize())[0] / (given[3] * given[4]);
  kernel.walk([&](gpu::SubgroupIdOp op) {
    ImplicitLocOpBuilder builder(op.getLoc(), op);
    Value thread = gpu::ThreadIdOp::create(builder, gpu::Dimension::x);
    op.replaceAllUsesWith(
        arith::DivUIOp::create(builder, thread,
                               arith::ConstantIndexOp::create(builder, lanes))
            .getResult());
    op.erase();
  });
  if (failed(convert(lanes)))
    return signalPassFailure();
  kernel.walk([](vector::TransferReadOp op) {
    if (op.use_empty())
      op.erase();
  });
  ++emulated;
}
