// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Operators.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/StringSwitch.h"

using namespace llvm;

namespace mlir::pc {

using Scalar = ImplicitLocOpBuilder;

std::string printTypes(NodeContext &node) {
  std::string text;
  raw_string_ostream stream(text);
  for (unsigned i = 0; i < node.getNumInputs(); ++i) {
    stream << (i ? ", " : "");
    if (node.hasInput(i))
      stream << node.getType(i);
    else
      stream << "none";
  }
  return text;
}

Value getPosition(Scalar &b, int64_t dim, Type type) {
  Value index = linalg::IndexOp::create(b, dim);
  return arith::IndexCastOp::create(b, type, index);
}

Value compareIntegers(Scalar &b, arith::CmpIPredicate predicate, Value x,
                      Value y) {
  return arith::CmpIOp::create(b, predicate, x, y);
}

Value wrapIndex(Scalar &b, Value index, int64_t size) {
  Value zero = emitScalar(b, index.getType(), 0);
  Value isNegative = compareIntegers(b, arith::CmpIPredicate::slt, index, zero);
  Value shifted =
      emitAdd(b, index, emitScalar(b, index.getType(), double(size)));
  return arith::SelectOp::create(b, isNegative, shifted, index);
}

Value sumOver(Emitter &b, ArrayRef<int64_t> shape, Type element,
              ValueRange operands, ArrayRef<AffineMap> maps,
              Emitter::Body term) {
  int64_t rank = shape.size();
  SmallVector<AffineMap> all(maps);
  all.push_back(b.getMultiDimIdentityMap(rank + 1).dropResult(rank));
  SmallVector<utils::IteratorType> iterators(rank + 1,
                                             utils::IteratorType::parallel);
  iterators.back() = utils::IteratorType::reduction;
  Type wide = getSumType(element);
  Value init = b.filled(shape, wide, 0);
  Value sums =
      linalg::GenericOp::create(
          b, init.getType(), operands, init, all, iterators,
          [&](OpBuilder &nested, Location loc, ValueRange v) {
            Scalar inner(loc, nested);
            Value next = emitCast(inner, term(inner, v.drop_back()), wide);
            linalg::YieldOp::create(inner, emitAdd(inner, v.back(), next));
          })
          .getResult(0);
  return b.cast(sums, element);
}

FailureOr<ScatterReduction> getScatterReduction(NodeContext &node) {
  std::string name = node.attributes.getString("reduction", "none");
  using Result = FailureOr<ScatterReduction>;
  auto known = llvm::StringSwitch<Result>(name)
                   .Case("none", ScatterReduction::None)
                   .Case("add", ScatterReduction::Add)
                   .Case("mul", ScatterReduction::Multiply)
                   .Case("min", ScatterReduction::Minimum)
                   .Case("max", ScatterReduction::Maximum)
                   .Default(failure());
  if (failed(known))
    return node.fail("reduction: expected none, add, mul, min or max, but got "
                     "'" +
                     name + "'");
  return known;
}

Value emitScatter(Scalar &b, ScatterReduction reduction, Value isHit,
                  Value update, Value running) {
  auto orElse = [&](Value neutral) -> Value {
    return arith::SelectOp::create(b, isHit, update, neutral);
  };
  Type type = update.getType();
  switch (reduction) {
  case ScatterReduction::None:
    break;
  case ScatterReduction::Add:
    return emitAdd(b, running, orElse(emitScalar(b, type, 0)));
  case ScatterReduction::Multiply:
    return emitMul(b, running, orElse(emitScalar(b, type, 1)));
  case ScatterReduction::Minimum:
    return emitMin(b, running, orElse(emitHighest(b, type)));
  case ScatterReduction::Maximum:
    return emitMax(b, running, orElse(emitScalar(b, type, getLowest(type))));
  }
  llvm_unreachable("nothing to combine with");
}

AffineMap selectLoops(Builder &builder, unsigned count,
                      ArrayRef<unsigned> loops) {
  SmallVector<AffineExpr> exprs;
  for (unsigned loop : loops)
    exprs.push_back(builder.getAffineDimExpr(loop));
  return AffineMap::get(count, 0, exprs, builder.getContext());
}

Value accumulate(Emitter &b, Value init, unsigned loops, ValueRange operands,
                 ArrayRef<AffineMap> maps, Emitter::Body step) {
  unsigned rank = getTensorType(init).getRank();
  SmallVector<AffineMap> all(maps);
  all.push_back(
      selectLoops(b, loops, llvm::to_vector(llvm::seq<unsigned>(0, rank))));
  SmallVector<utils::IteratorType> iterators(loops,
                                             utils::IteratorType::reduction);
  std::fill(iterators.begin(), iterators.begin() + rank,
            utils::IteratorType::parallel);
  return linalg::GenericOp::create(
             b, init.getType(), operands, init, all, iterators,
             [&](OpBuilder &nested, Location loc, ValueRange v) {
               Scalar inner(loc, nested);
               linalg::YieldOp::create(inner, step(inner, v));
             })
      .getResult(0);
}

} // namespace mlir::pc
