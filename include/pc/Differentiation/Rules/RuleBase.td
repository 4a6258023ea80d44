// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The language of derivative tables. A rule gives, for one operation, one term
// for each operand:
//
//   def : VJPRule<"arith::MulFOp", (args $x, $y), [(MulF ct, $y), (MulF ct, $x)]>;
//   def : JVPRule<"arith::MulFOp", (args $x, $y), [(MulF t, $y), (MulF t, $x)]>;
//
// The term of a VJP rule is what the cotangent of the operand receives; `ct` is
// the cotangent of the result. The tangent of the result is the sum of the
// terms of a JVP rule; in each of them `t` is the tangent of the operand that
// the term belongs to. The two lists are written apart, with different
// formulas where there are two, so that each can convict the other.
//
// A string is a floating-point constant and an integer is an integer constant;
// both take the type of the first operand beside them that is not a constant.
// pc-tblgen (tools/pc-tblgen) turns the rules into external models.

#ifndef PC_DIFFERENTIATION_RULES_RULEBASE
#define PC_DIFFERENTIATION_RULES_RULEBASE

/// Names the operands of the operation, in order.
def args;

/// `J^T ct` for one result of an operation.
class VJPRule<string op, dag arguments, list<dag> terms, int result = 0> {
  string Op = op;
  dag Arguments = arguments;
  list<dag> Terms = terms;
  int Result = result;
}

/// `J t` for one result of an operation.
class JVPRule<string op, dag arguments, list<dag> terms, int result = 0> {
  string Op = op;
  dag Arguments = arguments;
  list<dag> Terms = terms;
  int Result = result;
}

//===----------------------------------------------------------------------===//
// Leaves of a term
//===----------------------------------------------------------------------===//

class Leaf;
def ct : Leaf;     // cotangent of the result (VJP)
def t : Leaf;      // tangent of the operand (JVP)
def result : Leaf; // the result itself

/// A term that is its only operand.
def id;
/// No term: the derivative is zero wherever it exists, or the operand is data.
def none;

//===----------------------------------------------------------------------===//
// Inner nodes of a term
//===----------------------------------------------------------------------===//

/// The call `Function(builder, loc, Leading..., operands...)`. In `Leading`,
/// `type` is the type that the term must have. Constants take their type from
/// the operands counted from `TypedBy` on.
class Node<string function, list<string> leading = [], int typedBy = 0> {
  string Function = function;
  list<string> Leading = leading;
  int TypedBy = typedBy;
}

class OpNode<string op> : Node<op # "::create">;
class CastNode<string op> : Node<op # "::create", ["type"]>;
class CompareFNode<string predicate>
    : Node<"arith::CmpFOp::create", ["arith::CmpFPredicate::" # predicate]>;
class CompareINode<string predicate>
    : Node<"arith::CmpIOp::create", ["arith::CmpIPredicate::" # predicate]>;

def AddF : OpNode<"arith::AddFOp">;
def SubF : OpNode<"arith::SubFOp">;
def MulF : OpNode<"arith::MulFOp">;
def DivF : OpNode<"arith::DivFOp">;
def NegF : OpNode<"arith::NegFOp">;
def SubI : OpNode<"arith::SubIOp">;
def And : OpNode<"arith::AndIOp">;
def Or : OpNode<"arith::OrIOp">;
def ExtF : CastNode<"arith::ExtFOp">;
def TruncF : CastNode<"arith::TruncFOp">;
/// An integer or index as a float of the type of the term.
def IntToFloat : Node<"pc::createIntToFloat", ["type"]>;
def Select : Node<"arith::SelectOp::create", [], 1>;

// Ordered comparisons are false for NaN; `Uno` asks for a NaN.
def Oeq : CompareFNode<"OEQ">;
def Oge : CompareFNode<"OGE">;
def Ogt : CompareFNode<"OGT">;
def Ole : CompareFNode<"OLE">;
def Olt : CompareFNode<"OLT">;
def Uno : CompareFNode<"UNO">;
def Eq : CompareINode<"eq">;

def CopySign : OpNode<"math::CopySignOp">;
def Cos : OpNode<"math::CosOp">;
def Cosh : OpNode<"math::CoshOp">;
def Exp : OpNode<"math::ExpOp">;
def Exp2 : OpNode<"math::Exp2Op">;
def FPowI : OpNode<"math::FPowIOp">;
def Log : OpNode<"math::LogOp">;
def PowF : OpNode<"math::PowFOp">;
def Rsqrt : OpNode<"math::RsqrtOp">;
def Sin : OpNode<"math::SinOp">;
def Sinh : OpNode<"math::SinhOp">;
def Sqrt : OpNode<"math::SqrtOp">;
def Trunc : OpNode<"math::TruncOp">;

#endif // PC_DIFFERENTIATION_RULES_RULEBASE
