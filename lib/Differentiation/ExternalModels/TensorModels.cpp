// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Derivatives of the tensor dialect. Its operations are linear in the tensors
// that they move; tensor.empty and tensor.dim end the path of a derivative.

#include "TensorModels.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "pc/Differentiation/ExternalModels/Register.h"
#include "pc/Interfaces/DifferentiableOpInterface.h"

using namespace mlir;

Value pc::createZeroTensor(OpBuilder &builder, Location loc,
                           RankedTensorType type) {
  Value zero = createZero(builder, loc, type.getElementType());
  Value empty = tensor::EmptyOp::create(builder, loc, type.getShape(),
                                        type.getElementType());
  return linalg::FillOp::create(builder, loc, zero, empty).getResult(0);
}

Value pc::createZeroOf(OpBuilder &builder, Location loc, Type type) {
  if (auto tensor = dyn_cast<RankedTensorType>(type))
    return createZeroTensor(builder, loc, tensor);
  return createZero(builder, loc, type);
}

Value pc::createTotal(OpBuilder &builder, Location loc, Value tensor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  Value zero = createZeroTensor(builder, loc, type.clone(ArrayRef<int64_t>()));
  int64_t rank = type.getRank();
  llvm::SmallVector<AffineMap> maps = {
      builder.getMultiDimIdentityMap(rank),
      AffineMap::get(rank, 0, builder.getContext())};
  llvm::SmallVector<utils::IteratorType> iterators(
      rank, utils::IteratorType::reduction);
  auto total = linalg::GenericOp::create(
      builder, loc, zero.getType(), tensor, zero, maps, iterators,
      [](OpBuilder &inside, Location loc, ValueRange arguments) {
        Value sum = createSum(inside, loc, arguments[1], arguments[0]);
        linalg::YieldOp::create(inside, loc, sum);
      });
  return tensor::ExtractOp::create(builder, loc, total.getResult(0));
}

void pc::registerTensorModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, tensor::TensorDialect *) {
    attachTensorReshapes(*context);
    attachTensorSlices(*context);
    attachTensorPad(*context);
    attachTensorElements(*context);
    attachTensorGenerate(*context);
    context->loadDialect<arith::ArithDialect, linalg::LinalgDialect,
                         scf::SCFDialect, tensor::TensorDialect>();
  });
}
