// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Turns derivative tables (pc/Differentiation/Rules/RuleBase.td) into external
// models of DifferentiableOpInterface. For each operation with rules there is
// one model, whose buildVJP comes from VJPRules and whose buildJVP comes from
// JVPRules alone; an operation that has only one of the two is an error.

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/TableGen/Error.h"
#include "llvm/TableGen/Main.h"
#include "llvm/TableGen/Record.h"
#include "llvm/TableGen/TableGenBackend.h"
#include <map>

using namespace llvm;

namespace {

/// Everything the tables say about one operation.
struct OpRules {
  SmallVector<const Record *> vjp, jvp;
};

/// Writes the statements that compute one term of one rule.
class TermEmitter {
public:
  /// `seed` is the leaf that stands for the incoming derivative, `ct` or `t`.
  TermEmitter(const Record &rule, StringRef seed, raw_ostream &os,
              StringRef indent);

  /// Emits the term and returns the C++ name of its value.
  std::string emit(const DagInit &term);

private:
  std::string emitOperand(const DagInit &node, unsigned index);
  std::string emitLeaf(const DagInit &node, unsigned index);
  std::string emitConstant(const DagInit &node, unsigned index,
                           ArrayRef<std::string> values);

  const Record &rule;
  StringRef seed;
  raw_ostream &os;
  StringRef indent;
  StringMap<unsigned> operands; // by the name in `args`
  unsigned next = 0;
};

} // namespace

static StringRef getOperatorName(const DagInit &dag) {
  return cast<DefInit>(dag.getOperator())->getDef()->getName();
}

static bool isConstant(const Init *init) {
  return isa<StringInit, IntInit>(init);
}

TermEmitter::TermEmitter(const Record &rule, StringRef seed, raw_ostream &os,
                         StringRef indent)
    : rule(rule), seed(seed), os(os), indent(indent) {
  const DagInit *arguments = rule.getValueAsDag("Arguments");
  for (unsigned i = 0, e = arguments->getNumArgs(); i != e; ++i)
    operands[arguments->getArgNameStr(i)] = i;
}

std::string TermEmitter::emitLeaf(const DagInit &node, unsigned index) {
  const Init *leaf = node.getArg(index);
  if (isa<UnsetInit>(leaf)) {
    auto operand = operands.find(node.getArgNameStr(index));
    if (operand == operands.end())
      PrintFatalError(&rule,
                      "no argument is called $" + node.getArgNameStr(index));
    return "op->getOperand(" + utostr(operand->second) + ")";
  }
  auto *def = dyn_cast<DefInit>(leaf);
  if (def && def->getDef()->getName() == "result")
    return "op->getResult(" + itostr(rule.getValueAsInt("Result")) + ")";
  if (def && def->getDef()->getName() == seed)
    return "seed";
  PrintFatalError(&rule, "expected $argument, " + seed +
                             ", result, a constant or (...), but got " +
                             leaf->getAsString());
}

std::string TermEmitter::emitOperand(const DagInit &node, unsigned index) {
  if (auto *child = dyn_cast<DagInit>(node.getArg(index)))
    return emit(*child);
  return emitLeaf(node, index);
}

std::string TermEmitter::emitConstant(const DagInit &node, unsigned index,
                                      ArrayRef<std::string> values) {
  const Record *op = cast<DefInit>(node.getOperator())->getDef();
  std::string type = "type";
  for (unsigned i = op->getValueAsInt("TypedBy"), e = values.size(); i < e; ++i)
    if (!isConstant(node.getArg(i))) {
      type = values[i] + ".getType()";
      break;
    }
  std::string name = "v" + utostr(next++);
  const Init *value = node.getArg(index);
  os << indent << "Value " << name << " = pc::createConstant(builder, loc, "
     << type << ", ";
  if (auto *text = dyn_cast<StringInit>(value))
    os << text->getValue();
  else
    os << "int64_t(" << cast<IntInit>(value)->getValue() << ")";
  os << ");\n";
  return name;
}

std::string TermEmitter::emit(const DagInit &node) {
  if (getOperatorName(node) == "id")
    return emitOperand(node, 0);
  const Record *op = cast<DefInit>(node.getOperator())->getDef();
  if (!op->isSubClassOf("Node"))
    PrintFatalError(&rule, "expected a Node, but got " + op->getName());
  SmallVector<std::string> values(node.getNumArgs());
  for (unsigned i = 0, e = values.size(); i != e; ++i)
    if (!isConstant(node.getArg(i)))
      values[i] = emitOperand(node, i);
  for (unsigned i = 0, e = values.size(); i != e; ++i)
    if (isConstant(node.getArg(i)))
      values[i] = emitConstant(node, i, values);
  std::string name = "v" + utostr(next++);
  os << indent << "Value " << name << " = " << op->getValueAsString("Function")
     << "(builder, loc";
  for (StringRef leading : op->getValueAsListOfStrings("Leading"))
    os << ", " << leading;
  for (const std::string &value : values)
    os << ", " << value;
  os << ");\n";
  return name;
}

/// Calls `emitTerm(operand index, term)` for the terms that are not `none`.
static void
forEachTerm(const Record &rule,
            function_ref<void(unsigned, const DagInit &)> emitTerm) {
  const ListInit *terms = rule.getValueAsListInit("Terms");
  if (terms->size() != rule.getValueAsDag("Arguments")->getNumArgs())
    PrintFatalError(&rule,
                    "expected one term for each of the " +
                        Twine(rule.getValueAsDag("Arguments")->getNumArgs()) +
                        " arguments, but got " + Twine(terms->size()));
  for (unsigned i = 0, e = terms->size(); i != e; ++i) {
    auto *term = cast<DagInit>(terms->getElement(i));
    if (getOperatorName(*term) != "none")
      emitTerm(i, *term);
  }
}

static void emitVJP(ArrayRef<const Record *> rules, raw_ostream &os) {
  os << "  LogicalResult buildVJP(Operation *op, OpBuilder &builder,\n"
     << "                         ArrayRef<Value> cotangents,\n"
     << "                         pc::CotangentSink &sink) const {\n"
     << "    [[maybe_unused]] Location loc = "
     << "pc::getDerivativeLoc(op->getLoc());\n";
  for (const Record *rule : rules)
    forEachTerm(*rule, [&](unsigned index, const DagInit &term) {
      os << "    if (Value seed = cotangents[" << rule->getValueAsInt("Result")
         << "], x = op->getOperand(" << index << "); seed && sink.wants(x)) {\n"
         << "      [[maybe_unused]] Type type = x.getType();\n";
      std::string value = TermEmitter(*rule, "ct", os, "      ").emit(term);
      os << "      sink.add(builder, x, " << value << ");\n    }\n";
    });
  os << "    return success();\n  }\n";
}

static void emitJVP(ArrayRef<const Record *> rules, raw_ostream &os) {
  os << "  FailureOr<SmallVector<Value>>\n"
     << "  buildJVP(Operation *op, OpBuilder &builder,\n"
     << "           function_ref<Value(Value)> tangents) const {\n"
     << "    [[maybe_unused]] Location loc = "
     << "pc::getDerivativeLoc(op->getLoc());\n"
     << "    SmallVector<Value> results(op->getNumResults());\n";
  for (const Record *rule : rules) {
    int64_t result = rule->getValueAsInt("Result");
    forEachTerm(*rule, [&](unsigned index, const DagInit &term) {
      os << "    if (Value seed = tangents(op->getOperand(" << index
         << "))) {\n"
         << "      [[maybe_unused]] Type type = op->getResult(" << result
         << ").getType();\n";
      std::string value = TermEmitter(*rule, "t", os, "      ").emit(term);
      os << "      Value &sum = results[" << result << "];\n"
         << "      sum = sum ? pc::createSum(builder, loc, sum, " << value
         << ") : " << value << ";\n    }\n";
    });
  }
  os << "    return results;\n  }\n";
}

/// The rules of each operation, in the order of the operations' names.
static std::map<std::string, OpRules>
collectRules(const RecordKeeper &records) {
  std::map<std::string, OpRules> ops;
  for (const Record *rule : records.getAllDerivedDefinitions("VJPRule"))
    ops[rule->getValueAsString("Op").str()].vjp.push_back(rule);
  for (const Record *rule : records.getAllDerivedDefinitions("JVPRule"))
    ops[rule->getValueAsString("Op").str()].jvp.push_back(rule);
  for (auto &[op, rules] : ops) {
    if (rules.vjp.empty())
      PrintFatalError(rules.jvp.front(), op + " has no VJPRule");
    if (rules.jvp.empty())
      PrintFatalError(rules.vjp.front(), op + " has no JVPRule");
    for (SmallVector<const Record *> *list : {&rules.vjp, &rules.jvp}) {
      llvm::sort(*list, [](const Record *a, const Record *b) {
        return a->getValueAsInt("Result") < b->getValueAsInt("Result");
      });
      for (size_t i = 1; i < list->size(); ++i)
        if ((*list)[i]->getValueAsInt("Result") ==
            (*list)[i - 1]->getValueAsInt("Result"))
          PrintFatalError((*list)[i], op + " has two rules for one result");
    }
  }
  return ops;
}

static void emitModels(const RecordKeeper &records, raw_ostream &os) {
  emitSourceFileHeader("external models of DifferentiableOpInterface", os,
                       records);
  std::map<std::string, OpRules> ops = collectRules(records);
  os << "namespace {\n";
  for (const auto &[op, rules] : ops) {
    std::string name = StringRef(op).rsplit("::").second.str() + "Model";
    os << "\nstruct " << name
       << " : pc::DifferentiableOpInterface::ExternalModel<" << name << ", "
       << op << "> {\n";
    emitVJP(rules.vjp, os);
    emitJVP(rules.jvp, os);
    os << "};\n";
  }
  os << "\n} // namespace\n\n"
     << "static void attachModels(MLIRContext &context) {\n";
  for (const auto &entry : ops)
    os << "  " << entry.first << "::attachInterface<"
       << StringRef(entry.first).rsplit("::").second << "Model>(context);\n";
  os << "}\n";
}

static TableGen::Emitter::Opt
    genModels("gen-derivative-models", emitModels,
              "Generate external models of DifferentiableOpInterface");

int main(int argc, char **argv) {
  InitLLVM y(argc, argv);
  cl::ParseCommandLineOptions(argc, argv, "derivative tables of pc\n");
  return TableGenMain(argv[0], TableGenMainFn());
}
