// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// tensor.generate and tensor.gather: structured operations whose bodies read
// nothing but indices and captured values. Their derivatives are those of the
// linalg.generic that they stand for.

#include "AsGeneric.h"
#include "Structured.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using llvm::SmallVector;

static Value createElement(tensor::GenerateOp op, OpBuilder &builder,
                           ValueRange indices) {
  IRMapping mapping;
  Block &body = op.getBody().front();
  mapping.map(body.getArguments(), indices);
  for (Operation &inside : body.without_terminator())
    builder.clone(inside, mapping);
  return mapping.lookupOrDefault(body.getTerminator()->getOperand(0));
}

/// result[b.., s..] = source[.., indices[b.., k], .., s, ..], where a dimension
/// that is gathered has one element in the result or none.
static Value createElement(tensor::GatherOp op, OpBuilder &builder,
                           ValueRange indices) {
  Location loc = op.getLoc();
  ArrayRef<int64_t> gathered = op.getGatherDims();
  int64_t rank = op.getSourceType().getRank();
  size_t numBatch = op.getIndicesType().getRank() - 1;
  bool isReduced = indices.size() < numBatch + rank;
  SmallVector<Value> place;
  ValueRange batch = indices.take_front(numBatch);
  ValueRange rest = indices.drop_front(numBatch);
  for (int64_t dim = 0; dim != rank; ++dim) {
    const int64_t *found = llvm::find(gathered, dim);
    if (found == gathered.end()) {
      place.push_back(rest.front());
      rest = rest.drop_front();
      continue;
    }
    if (!isReduced)
      rest = rest.drop_front();
    SmallVector<Value> at(batch);
    at.push_back(
        arith::ConstantIndexOp::create(builder, loc, found - gathered.begin()));
    Value index = tensor::ExtractOp::create(builder, loc, op.getIndices(), at);
    if (!index.getType().isIndex())
      index = arith::IndexCastOp::create(builder, loc, builder.getIndexType(),
                                         index);
    place.push_back(index);
  }
  return tensor::ExtractOp::create(builder, loc, op.getSource(), place);
}

namespace {

template <typename OpTy>
struct ElementsModel
    : pc::DifferentiableOpInterface::ExternalModel<ElementsModel<OpTy>, OpTy> {
  static auto getElement(OpTy op) {
    return [op](OpBuilder &builder, ValueRange indices) {
      return createElement(op, builder, indices);
    };
  }

  LogicalResult buildVJP(Operation *op, OpBuilder &builder,
                         ArrayRef<Value> cotangents,
                         pc::CotangentSink &sink) const {
    pc::AsGeneric generic(builder, op->getResult(0),
                          getElement(cast<OpTy>(op)));
    return pc::buildStructuredVJP(generic.get(), builder, cotangents, sink);
  }
  FailureOr<SmallVector<Value>>
  buildJVP(Operation *op, OpBuilder &builder,
           function_ref<Value(Value)> tangents) const {
    pc::AsGeneric generic(builder, op->getResult(0),
                          getElement(cast<OpTy>(op)));
    return pc::buildStructuredJVP(generic.get(), builder, tangents);
  }
};

} // namespace

void pc::attachTensorGenerate(MLIRContext &context) {
  tensor::GatherOp::attachInterface<ElementsModel<tensor::GatherOp>>(context);
  tensor::GenerateOp::attachInterface<ElementsModel<tensor::GenerateOp>>(
      context);
}
