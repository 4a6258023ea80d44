// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "PointBody.h"
#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "pc/Differentiation/BlockVJP.h"

using namespace mlir;

llvm::SmallBitVector pc::getLoneDims(AffineMap map) {
  llvm::SmallBitVector lone(map.getNumDims());
  for (AffineExpr result : map.getResults())
    if (auto dim = dyn_cast<AffineDimExpr>(result))
      lone.set(dim.getPosition());
  return lone;
}

bool pc::isInjective(AffineMap map, ArrayRef<int64_t> extents) {
  llvm::SmallBitVector lone = getLoneDims(map);
  for (auto [dim, extent] : llvm::enumerate(extents))
    if (extent != 1 && !lone.test(dim))
      return false;
  return true;
}

bool pc::isBijective(AffineMap map, ArrayRef<int64_t> extents, Type type) {
  auto shaped = dyn_cast<ShapedType>(type);
  int64_t elements = shaped ? shaped.getNumElements() : 1;
  return isInjective(map, extents) && elements == llvm::product_of(extents);
}

llvm::SmallVector<Value> pc::createIndices(OpBuilder &builder, Location loc,
                                           AffineMap map, ValueRange point) {
  auto indices = affine::expandAffineMap(builder, loc, map, point);
  assert(indices && "maps of structured operations have no symbols");
  return llvm::to_vector<6>(*indices);
}

Value pc::createRead(OpBuilder &builder, Location loc, PointBody::Access access,
                     ValueRange point) {
  if (!isa<RankedTensorType>(access.value.getType()))
    return access.value;
  return tensor::ExtractOp::create(
      builder, loc, access.value,
      createIndices(builder, loc, access.map, point));
}

pc::PointBody::PointBody(OpBuilder &builder, linalg::LinalgOp op)
    : op(op), copy(builder, op.getLoc()), extents(op.getStaticLoopRanges()) {
  Block *body = op.getBlock();
  for (OpOperand &operand : op->getOpOperands())
    if (operand.getOperandNumber() < body->getNumArguments())
      mapping.map(op.getMatchingBlockArgument(&operand),
                  addRead(operand.get(), op.getMatchingIndexingMap(&operand)));
  copy.copyOps(*body, mapping);
  for (Value yield : body->getTerminator()->getOperands())
    yields.push_back(mapping.lookupOrDefault(yield));
  putRunningValuesFirst();
}

bool pc::isExtremum(Operation *op) {
  return isa_and_present<arith::MaximumFOp, arith::MaxNumFOp, arith::MinimumFOp,
                         arith::MinNumFOp>(op);
}

/// At a tie the scalar rules of maxima and minima favour the first operand:
/// with the running value there, the first of several points.
void pc::PointBody::putRunningValuesFirst() {
  for (OpOperand &init : op.getDpsInitsMutable())
    if (Value argument = getArgument(init))
      for (Operation *inside : copy.getOps())
        if (isExtremum(inside) && inside->getOperand(1) == argument)
          inside->setOperands({argument, inside->getOperand(0)});
}

Value pc::PointBody::getArgument(OpOperand &operand) {
  if (operand.getOperandNumber() >= op.getBlock()->getNumArguments())
    return nullptr;
  return mapping.lookup<Value>(op.getMatchingBlockArgument(&operand));
}

Value pc::PointBody::addRead(Value value, AffineMap map) {
  Value argument =
      copy.getBlock().addArgument(getElementTypeOrSelf(value), value.getLoc());
  reads[argument] = {value, map};
  return argument;
}

Value pc::PointBody::addResult(Value init, AffineMap map) {
  Value argument =
      copy.getBlock().addArgument(getElementTypeOrSelf(init), init.getLoc());
  results.push_back({argument, {init, map}});
  return argument;
}

void pc::PointBody::readResults() {
  for (auto [number, yield] : llvm::enumerate(yields)) {
    AffineMap map = op.getMatchingIndexingMap(op.getDpsInitOperand(number));
    if (isInjective(map, extents) &&
        llvm::is_contained(copy.getOps(), yield.getDefiningOp()))
      yield.replaceAllUsesWith(addRead(op->getResult(number), map));
  }
}

pc::PointBody::Access *pc::PointBody::getRead(Value argument) {
  auto it = reads.find(argument);
  return it == reads.end() ? nullptr : &it->second;
}

llvm::SmallVector<Value> pc::PointBody::getUsedReads(ValueRange values) {
  llvm::DenseSet<Value> slice = getSlice(values);
  llvm::SmallVector<Value> used;
  for (Value argument : copy.getBlock().getArguments())
    if (slice.contains(argument) && reads.contains(argument))
      used.push_back(argument);
  return used;
}

bool pc::PointBody::usesIndex(unsigned dim, ValueRange values) {
  llvm::DenseSet<Value> slice = getSlice(values);
  WalkResult walk = copy.getBlock().walk([&](linalg::IndexOp index) {
    Operation *outer = copy.getBlock().findAncestorOpInBlock(*index);
    bool isUsed = llvm::any_of(outer->getResults(),
                               [&](Value v) { return slice.contains(v); });
    return isUsed && index.getDim() == dim ? WalkResult::interrupt()
                                           : WalkResult::advance();
  });
  return walk.wasInterrupted();
}

/// linalg finds the extent of a dimension where it stands alone in a map. The
/// dimensions for which no such map is left get an operand that only says it.
static pc::PointBody::Access createShapeRead(OpBuilder &builder, Location loc,
                                             ArrayRef<int64_t> extents,
                                             ArrayRef<AffineMap> maps) {
  llvm::SmallBitVector lone(extents.size());
  for (AffineMap map : maps)
    lone |= pc::getLoneDims(map);
  llvm::SmallVector<int64_t> shape;
  llvm::SmallVector<AffineExpr> dims;
  for (auto [dim, extent] : llvm::enumerate(extents))
    if (!lone.test(dim)) {
      shape.push_back(extent);
      dims.push_back(builder.getAffineDimExpr(dim));
    }
  if (dims.empty())
    return {};
  Value empty =
      tensor::EmptyOp::create(builder, loc, shape, builder.getF32Type());
  return {empty, AffineMap::get(extents.size(), 0, dims, builder.getContext())};
}

/// A dimension is parallel if it separates the elements of every result.
static llvm::SmallVector<utils::IteratorType>
getIterators(size_t numDims, ArrayRef<AffineMap> resultMaps) {
  llvm::SmallBitVector lone(numDims, true);
  for (AffineMap map : resultMaps)
    lone &= pc::getLoneDims(map);
  llvm::SmallVector<utils::IteratorType> iterators;
  for (size_t dim = 0; dim != numDims; ++dim)
    iterators.push_back(lone.test(dim) ? utils::IteratorType::parallel
                                       : utils::IteratorType::reduction);
  return iterators;
}

/// Puts the dimensions of the results first, in their order, so that sums are
/// the inner loops. The others keep their order, in which a body may see
/// running values; where results have several maps, all dimensions do.
void pc::PointBody::orderDimensions() {
  AffineMap first = results.front().second.map;
  for (auto &[argument, access] : results)
    if (access.map != first)
      return;
  llvm::SetVector<unsigned> order;
  for (AffineExpr result : first.getResults())
    if (auto dim = dyn_cast<AffineDimExpr>(result))
      order.insert(dim.getPosition());
  for (unsigned dim = 0, e = extents.size(); dim != e; ++dim)
    order.insert(dim);
  llvm::SmallVector<int64_t> oldExtents(extents);
  llvm::SmallVector<AffineExpr> newDims(extents.size());
  llvm::SmallVector<unsigned> newNumbers(extents.size());
  for (auto [number, dim] : llvm::enumerate(order)) {
    extents[number] = oldExtents[dim];
    newNumbers[dim] = number;
    newDims[dim] = getAffineDimExpr(number, op.getContext());
  }
  auto permute = [&](Access &access) {
    access.map =
        access.map.replaceDimsAndSymbols(newDims, {}, extents.size(), 0);
  };
  for (Value argument : copy.getBlock().getArguments())
    if (Access *read = getRead(argument))
      permute(*read);
  for (auto &[argument, access] : results)
    permute(access);
  copy.getBlock().walk(
      [&](linalg::IndexOp index) { index.setDim(newNumbers[index.getDim()]); });
}

llvm::SmallVector<Value> pc::PointBody::emit(OpBuilder &builder, Location loc,
                                             ValueRange yielded) {
  assert(yielded.size() == results.size() && "one scalar for each result");
  copy.keepOnly(yielded);
  orderDimensions();
  llvm::SmallVector<Value> arguments, inputs, inits;
  llvm::SmallVector<AffineMap> maps, resultMaps;
  for (Value argument : copy.getBlock().getArguments())
    if (Access *read = getRead(argument); read && !argument.use_empty()) {
      arguments.push_back(argument);
      inputs.push_back(read->value);
      maps.push_back(read->map);
    }
  for (auto &[argument, access] : results) {
    auto type = cast<RankedTensorType>(access.value.getType());
    bool isOverwritten =
        argument.use_empty() && isBijective(access.map, extents, type);
    inits.push_back(isOverwritten
                        ? tensor::EmptyOp::create(builder, loc, type.getShape(),
                                                  type.getElementType())
                        : access.value);
    resultMaps.push_back(access.map);
  }
  llvm::SmallVector<AffineMap> known(maps);
  llvm::append_range(known, resultMaps);
  Access shape = createShapeRead(builder, loc, extents, known);
  if (shape.value) {
    inputs.push_back(shape.value);
    maps.push_back(shape.map);
    arguments.push_back(
        copy.getBlock().addArgument(builder.getF32Type(), op.getLoc()));
  }
  llvm::append_range(maps, resultMaps);
  for (auto &result : results)
    arguments.push_back(result.first);
  auto generic = linalg::GenericOp::create(
      builder, loc, ValueRange(inits).getTypes(), inputs, inits, maps,
      getIterators(extents.size(), resultMaps));
  Block *body = new Block;
  generic.getRegion().push_back(body);
  for (Value argument : arguments)
    argument.replaceAllUsesWith(body->addArgument(argument.getType(), loc));
  body->getOperations().splice(body->end(), copy.getBlock().getOperations());
  return llvm::SmallVector<Value>(generic.getResults());
}

llvm::SmallVector<Value> pc::PointBody::inlineAt(OpBuilder &builder,
                                                 Location loc, ValueRange point,
                                                 ValueRange values) {
  copy.keepOnly(values);
  copy.getBlock().walk([&](linalg::IndexOp index) {
    index.replaceAllUsesWith(point[index.getDim()]);
    index.erase();
  });
  IRMapping scalars;
  for (Value argument : copy.getBlock().getArguments())
    if (Access *read = getRead(argument); read && !argument.use_empty())
      scalars.map(argument, createRead(builder, loc, *read, point));
  return copy.cloneTo(builder, scalars);
}
