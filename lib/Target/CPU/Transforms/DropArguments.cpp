// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Buffers that a shared body is given and does not touch, such as sums that
// never leave their registers.

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/Iterators.h"
#include "pc/Target/CPU/Passes.h"

namespace mlir::pc {
#define GEN_PASS_DEF_DROPARGUMENTS
#include "pc/Target/CPU/Passes.h.inc"
} // namespace mlir::pc

using namespace mlir;

namespace {
struct DropArguments : public mlir::pc::impl::DropArgumentsBase<DropArguments> {
  void runOnOperation() override;
};
} // namespace

/// The calls of a function that nothing else can see, or nothing.
static std::optional<SmallVector<func::CallOp>>
getCalls(func::FuncOp function, const SymbolUserMap &users) {
  if (!function.isPrivate() || function.isExternal())
    return std::nullopt;
  SmallVector<func::CallOp> calls;
  for (Operation *user : users.getUsers(function)) {
    auto call = dyn_cast<func::CallOp>(user);
    if (!call)
      return std::nullopt;
    calls.push_back(call);
  }
  return calls;
}

/// Views of arguments that nothing looks at.
static void eraseUnusedViews(func::FuncOp function) {
  function.walk<WalkOrder::PostOrder, ReverseIterator>([](Operation *op) {
    if (isa<ViewLikeOpInterface>(op) && op->use_empty())
      op->erase();
  });
}

void DropArguments::runOnOperation() {
  SymbolTableCollection tables;
  SymbolUserMap users(tables, getOperation());
  for (auto function : getOperation().getOps<func::FuncOp>()) {
    std::optional<SmallVector<func::CallOp>> calls = getCalls(function, users);
    if (!calls)
      continue;
    eraseUnusedViews(function);
    llvm::BitVector unused(function.getNumArguments());
    for (BlockArgument argument : function.getArguments())
      if (argument.use_empty() && isa<MemRefType>(argument.getType()))
        unused.set(argument.getArgNumber());
    if (unused.none() || failed(function.eraseArguments(unused)))
      continue;
    dropped += unused.count();
    for (func::CallOp call : *calls)
      call->eraseOperands(unused);
  }
  getOperation().walk([](memref::AllocOp alloc) {
    if (alloc->use_empty())
      alloc->erase();
  });
}
