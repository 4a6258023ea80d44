// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Derivatives of the arith dialect. Integers, comparisons and conversions
// between integers and floats end the path of a derivative and need no rule.
// At a tie of maximum and minimum the derivative belongs to the first operand.

#ifndef PC_DIFFERENTIATION_RULES_ARITHRULES
#define PC_DIFFERENTIATION_RULES_ARITHRULES

include "pc/Differentiation/Rules/RuleBase.td"

//===----------------------------------------------------------------------===//
// VJP
//===----------------------------------------------------------------------===//

def : VJPRule<"arith::AddFOp", (args $x, $y), [(id ct), (id ct)]>;
def : VJPRule<"arith::SubFOp", (args $x, $y), [(id ct), (NegF ct)]>;
def : VJPRule<"arith::MulFOp", (args $x, $y), [(MulF ct, $y), (MulF ct, $x)]>;
def : VJPRule<"arith::DivFOp", (args $x, $y),
  [(DivF ct, $y), (NegF (DivF (MulF ct, result), $y))]>;
def : VJPRule<"arith::NegFOp", (args $x), [(NegF ct)]>;
// x - y * trunc(x / y); the quotient is what is left of x, over y.
def : VJPRule<"arith::RemFOp", (args $x, $y),
  [(id ct), (MulF ct, (DivF (SubF result, $x), $y))]>;

def : VJPRule<"arith::MaximumFOp", (args $x, $y),
  [(Select (Oge $x, $y), ct, "0.0"), (Select (Oge $x, $y), "0.0", ct)]>;
def : VJPRule<"arith::MinimumFOp", (args $x, $y),
  [(Select (Ole $x, $y), ct, "0.0"), (Select (Ole $x, $y), "0.0", ct)]>;
// These two return the operand that is not NaN.
def : VJPRule<"arith::MaxNumFOp", (args $x, $y),
  [(Select (Or (Oge $x, $y), (Uno $y, $y)), ct, "0.0"),
   (Select (Or (Oge $x, $y), (Uno $y, $y)), "0.0", ct)]>;
def : VJPRule<"arith::MinNumFOp", (args $x, $y),
  [(Select (Or (Ole $x, $y), (Uno $y, $y)), ct, "0.0"),
   (Select (Or (Ole $x, $y), (Uno $y, $y)), "0.0", ct)]>;

def : VJPRule<"arith::SelectOp", (args $c, $x, $y),
  [(none), (Select $c, ct, "0.0"), (Select $c, "0.0", ct)]>;

def : VJPRule<"arith::ExtFOp", (args $x), [(TruncF ct)]>;
def : VJPRule<"arith::TruncFOp", (args $x), [(ExtF ct)]>;

//===----------------------------------------------------------------------===//
// JVP
//===----------------------------------------------------------------------===//

def : JVPRule<"arith::AddFOp", (args $x, $y), [(id t), (id t)]>;
def : JVPRule<"arith::SubFOp", (args $x, $y), [(id t), (NegF t)]>;
def : JVPRule<"arith::MulFOp", (args $x, $y), [(MulF t, $y), (MulF $x, t)]>;
def : JVPRule<"arith::DivFOp", (args $x, $y),
  [(DivF t, $y), (NegF (DivF (MulF $x, t), (MulF $y, $y)))]>;
def : JVPRule<"arith::NegFOp", (args $x), [(NegF t)]>;
def : JVPRule<"arith::RemFOp", (args $x, $y),
  [(id t), (NegF (MulF (Trunc (DivF $x, $y)), t))]>;

def : JVPRule<"arith::MaximumFOp", (args $x, $y),
  [(Select (Olt $x, $y), "0.0", t), (Select (Olt $x, $y), t, "0.0")]>;
def : JVPRule<"arith::MinimumFOp", (args $x, $y),
  [(Select (Ogt $x, $y), "0.0", t), (Select (Ogt $x, $y), t, "0.0")]>;
def : JVPRule<"arith::MaxNumFOp", (args $x, $y),
  [(Select (Or (Olt $x, $y), (Uno $x, $x)), "0.0", t),
   (Select (Or (Olt $x, $y), (Uno $x, $x)), t, "0.0")]>;
def : JVPRule<"arith::MinNumFOp", (args $x, $y),
  [(Select (Or (Ogt $x, $y), (Uno $x, $x)), "0.0", t),
   (Select (Or (Ogt $x, $y), (Uno $x, $x)), t, "0.0")]>;

def : JVPRule<"arith::SelectOp", (args $c, $x, $y),
  [(none), (Select $c, t, "0.0"), (Select $c, "0.0", t)]>;

def : JVPRule<"arith::ExtFOp", (args $x), [(ExtF t)]>;
def : JVPRule<"arith::TruncFOp", (args $x), [(TruncF t)]>;

#endif // PC_DIFFERENTIATION_RULES_ARITHRULES
