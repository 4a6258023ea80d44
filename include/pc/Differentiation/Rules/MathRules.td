// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Derivatives of the math dialect. Where a function has no derivative the
// rules take: abs'(0) = 0, clampf as min(max(value, lo), hi) with ties to the
// first operand, and zero for the steps of floor, ceil, round and trunc.

#ifndef PC_DIFFERENTIATION_RULES_MATHRULES
#define PC_DIFFERENTIATION_RULES_MATHRULES

include "pc/Differentiation/Rules/RuleBase.td"

defvar ln2 = "0.69314718055994530942";
defvar ln10 = "2.30258509299404568402";
defvar log2e = "1.44269504088896340736";
defvar log10e = "0.43429448190325182765";
defvar twoOverSqrtPi = "1.12837916709551257390";

//===----------------------------------------------------------------------===//
// VJP
//===----------------------------------------------------------------------===//

def : VJPRule<"math::AbsFOp", (args $x),
  [(Select (Ogt $x, "0.0"), ct, (Select (Olt $x, "0.0"), (NegF ct), "0.0"))]>;
def : VJPRule<"math::CopySignOp", (args $x, $s),
  [(Select (Oeq $x, "0.0"), "0.0",
     (MulF ct, (MulF (CopySign "1.0", $x), (CopySign "1.0", $s)))),
   (none)]>;
def : VJPRule<"math::ClampFOp", (args $x, $lo, $hi),
  [(Select (And (Oge $x, $lo), (Ole $x, $hi)), ct, "0.0"),
   (Select (And (Olt $x, $lo), (Ole $lo, $hi)), ct, "0.0"),
   (Select (Ogt (Select (Oge $x, $lo), $x, $lo), $hi), ct, "0.0")]>;
def : VJPRule<"math::FmaOp", (args $a, $b, $c),
  [(MulF ct, $b), (MulF ct, $a), (id ct)]>;

def : VJPRule<"math::FloorOp", (args $x), [(none)]>;
def : VJPRule<"math::CeilOp", (args $x), [(none)]>;
def : VJPRule<"math::RoundOp", (args $x), [(none)]>;
def : VJPRule<"math::RoundEvenOp", (args $x), [(none)]>;
def : VJPRule<"math::TruncOp", (args $x), [(none)]>;

// Exponentials and logarithms.
def : VJPRule<"math::ExpOp", (args $x), [(MulF ct, result)]>;
def : VJPRule<"math::Exp2Op", (args $x), [(MulF ct, (MulF result, ln2))]>;
def : VJPRule<"math::ExpM1Op", (args $x), [(MulF ct, (AddF result, "1.0"))]>;
def : VJPRule<"math::LogOp", (args $x), [(DivF ct, $x)]>;
def : VJPRule<"math::Log2Op", (args $x), [(DivF ct, (MulF $x, ln2))]>;
def : VJPRule<"math::Log10Op", (args $x), [(DivF ct, (MulF $x, ln10))]>;
def : VJPRule<"math::Log1pOp", (args $x), [(DivF ct, (AddF $x, "1.0"))]>;

// Powers and roots. x^0 is constant, so that its derivative is zero even at 0;
// the exponent of 0^y has no influence.
def : VJPRule<"math::PowFOp", (args $x, $y),
  [(Select (Oeq $y, "0.0"), "0.0",
     (MulF ct, (MulF $y, (PowF $x, (SubF $y, "1.0"))))),
   (Select (Oeq $x, "0.0"), "0.0", (MulF ct, (MulF result, (Log $x))))]>;
def : VJPRule<"math::FPowIOp", (args $x, $n),
  [(Select (Eq $n, 0), "0.0",
     (MulF ct, (MulF (IntToFloat $n), (FPowI $x, (SubI $n, 1))))),
   (none)]>;
def : VJPRule<"math::SqrtOp", (args $x), [(DivF ct, (MulF result, "2.0"))]>;
def : VJPRule<"math::RsqrtOp", (args $x),
  [(MulF ct, (MulF "-0.5", (MulF result, (MulF result, result))))]>;
def : VJPRule<"math::CbrtOp", (args $x),
  [(DivF ct, (MulF "3.0", (MulF result, result)))]>;

// Trigonometry.
def : VJPRule<"math::SinOp", (args $x), [(MulF ct, (Cos $x))]>;
def : VJPRule<"math::CosOp", (args $x), [(NegF (MulF ct, (Sin $x)))]>;
def : VJPRule<"math::SincosOp", (args $x), [(MulF ct, (Cos $x))], 0>;
def : VJPRule<"math::SincosOp", (args $x), [(NegF (MulF ct, (Sin $x)))], 1>;
def : VJPRule<"math::TanOp", (args $x),
  [(MulF ct, (AddF "1.0", (MulF result, result)))]>;
def : VJPRule<"math::AsinOp", (args $x),
  [(DivF ct, (Sqrt (SubF "1.0", (MulF $x, $x))))]>;
def : VJPRule<"math::AcosOp", (args $x),
  [(NegF (DivF ct, (Sqrt (SubF "1.0", (MulF $x, $x)))))]>;
def : VJPRule<"math::AtanOp", (args $x),
  [(DivF ct, (AddF "1.0", (MulF $x, $x)))]>;
def : VJPRule<"math::Atan2Op", (args $y, $x),
  [(DivF (MulF ct, $x), (AddF (MulF $x, $x), (MulF $y, $y))),
   (NegF (DivF (MulF ct, $y), (AddF (MulF $x, $x), (MulF $y, $y))))]>;

// Hyperbolic functions.
def : VJPRule<"math::SinhOp", (args $x), [(MulF ct, (Cosh $x))]>;
def : VJPRule<"math::CoshOp", (args $x), [(MulF ct, (Sinh $x))]>;
def : VJPRule<"math::TanhOp", (args $x),
  [(MulF ct, (SubF "1.0", (MulF result, result)))]>;
def : VJPRule<"math::AsinhOp", (args $x),
  [(DivF ct, (Sqrt (AddF (MulF $x, $x), "1.0")))]>;
def : VJPRule<"math::AcoshOp", (args $x),
  [(DivF ct, (Sqrt (MulF (SubF $x, "1.0"), (AddF $x, "1.0"))))]>;
def : VJPRule<"math::AtanhOp", (args $x),
  [(DivF ct, (MulF (SubF "1.0", $x), (AddF "1.0", $x)))]>;

def : VJPRule<"math::ErfOp", (args $x),
  [(MulF ct, (MulF twoOverSqrtPi, (Exp (NegF (MulF $x, $x)))))]>;
def : VJPRule<"math::ErfcOp", (args $x),
  [(NegF (MulF ct, (MulF twoOverSqrtPi, (Exp (NegF (MulF $x, $x))))))]>;

//===----------------------------------------------------------------------===//
// JVP
//===----------------------------------------------------------------------===//

def : JVPRule<"math::AbsFOp", (args $x),
  [(Select (Oeq $x, "0.0"), "0.0", (MulF t, (CopySign "1.0", $x)))]>;
def : JVPRule<"math::CopySignOp", (args $x, $s),
  [(Select (Oeq $x, "0.0"), "0.0", (MulF t, (DivF result, $x))), (none)]>;
def : JVPRule<"math::ClampFOp", (args $x, $lo, $hi),
  [(Select (Or (Olt $x, $lo), (Ogt $x, $hi)), "0.0", t),
   (Select (Or (Oge $x, $lo), (Ogt $lo, $hi)), "0.0", t),
   (Select (Or (Ogt $x, $hi), (Ogt $lo, $hi)), t, "0.0")]>;
def : JVPRule<"math::FmaOp", (args $a, $b, $c),
  [(MulF t, $b), (MulF $a, t), (id t)]>;

def : JVPRule<"math::FloorOp", (args $x), [(none)]>;
def : JVPRule<"math::CeilOp", (args $x), [(none)]>;
def : JVPRule<"math::RoundOp", (args $x), [(none)]>;
def : JVPRule<"math::RoundEvenOp", (args $x), [(none)]>;
def : JVPRule<"math::TruncOp", (args $x), [(none)]>;

def : JVPRule<"math::ExpOp", (args $x), [(MulF (Exp $x), t)]>;
def : JVPRule<"math::Exp2Op", (args $x), [(MulF (MulF ln2, (Exp2 $x)), t)]>;
def : JVPRule<"math::ExpM1Op", (args $x), [(MulF (Exp $x), t)]>;
def : JVPRule<"math::LogOp", (args $x), [(MulF (DivF "1.0", $x), t)]>;
def : JVPRule<"math::Log2Op", (args $x), [(MulF (DivF log2e, $x), t)]>;
def : JVPRule<"math::Log10Op", (args $x), [(MulF (DivF log10e, $x), t)]>;
def : JVPRule<"math::Log1pOp", (args $x),
  [(MulF (DivF "1.0", (AddF "1.0", $x)), t)]>;

def : JVPRule<"math::PowFOp", (args $x, $y),
  [(Select (Oeq $y, "0.0"), "0.0",
     (MulF (MulF (PowF $x, (SubF $y, "1.0")), $y), t)),
   (Select (Oeq $x, "0.0"), "0.0", (MulF (MulF (PowF $x, $y), (Log $x)), t))]>;
def : JVPRule<"math::FPowIOp", (args $x, $n),
  [(Select (Eq $n, 0), "0.0",
     (MulF (MulF (FPowI $x, (SubI $n, 1)), (IntToFloat $n)), t)),
   (none)]>;
def : JVPRule<"math::SqrtOp", (args $x), [(MulF (DivF "0.5", (Sqrt $x)), t)]>;
def : JVPRule<"math::RsqrtOp", (args $x),
  [(MulF (DivF (MulF "-0.5", (Rsqrt $x)), $x), t)]>;
// r / (3 x) in place of 1 / (3 r r), which is the same away from 0.
def : JVPRule<"math::CbrtOp", (args $x),
  [(Select (Oeq $x, "0.0"), (DivF t, (MulF result, result)),
     (MulF (DivF result, (MulF "3.0", $x)), t))]>;

def : JVPRule<"math::SinOp", (args $x), [(MulF (Cos $x), t)]>;
def : JVPRule<"math::CosOp", (args $x), [(MulF (NegF (Sin $x)), t)]>;
def : JVPRule<"math::SincosOp", (args $x), [(MulF (Cos $x), t)], 0>;
def : JVPRule<"math::SincosOp", (args $x), [(MulF (NegF (Sin $x)), t)], 1>;
def : JVPRule<"math::TanOp", (args $x),
  [(DivF t, (MulF (Cos $x), (Cos $x)))]>;
def : JVPRule<"math::AsinOp", (args $x), [(DivF t, (Cos result))]>;
def : JVPRule<"math::AcosOp", (args $x), [(NegF (DivF t, (Sin result)))]>;
def : JVPRule<"math::AtanOp", (args $x),
  [(MulF t, (MulF (Cos result), (Cos result)))]>;
def : JVPRule<"math::Atan2Op", (args $y, $x),
  [(MulF (DivF $x, (AddF (MulF $x, $x), (MulF $y, $y))), t),
   (MulF (DivF (NegF $y), (AddF (MulF $x, $x), (MulF $y, $y))), t)]>;

def : JVPRule<"math::SinhOp", (args $x),
  [(MulF (MulF "0.5", (AddF (Exp $x), (Exp (NegF $x)))), t)]>;
def : JVPRule<"math::CoshOp", (args $x),
  [(MulF (MulF "0.5", (SubF (Exp $x), (Exp (NegF $x)))), t)]>;
def : JVPRule<"math::TanhOp", (args $x),
  [(DivF t, (MulF (Cosh $x), (Cosh $x)))]>;
def : JVPRule<"math::AsinhOp", (args $x), [(DivF t, (Cosh result))]>;
def : JVPRule<"math::AcoshOp", (args $x), [(DivF t, (Sinh result))]>;
def : JVPRule<"math::AtanhOp", (args $x),
  [(MulF t, (MulF (Cosh result), (Cosh result)))]>;

def : JVPRule<"math::ErfOp", (args $x),
  [(DivF (MulF twoOverSqrtPi, t), (Exp (MulF $x, $x)))]>;
def : JVPRule<"math::ErfcOp", (args $x),
  [(NegF (DivF (MulF twoOverSqrtPi, t), (Exp (MulF $x, $x))))]>;

#endif // PC_DIFFERENTIATION_RULES_MATHRULES
