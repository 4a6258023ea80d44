// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The C header of compiled functions.

#include "CHeader.h"
#include "Compiler.h"
#include "pc/Support/Names.h"
#include "pc/Target/CPU/Passes.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace mlir::pc;

std::string mlir::pc::toCName(StringRef text) {
  static const llvm::StringSet<> reserved = {
      "auto",     "break",    "case",     "char",   "const",   "continue",
      "default",  "do",       "double",   "else",   "enum",    "extern",
      "float",    "for",      "goto",     "if",     "inline",  "int",
      "long",     "register", "restrict", "return", "short",   "signed",
      "sizeof",   "static",   "struct",   "switch", "typedef", "union",
      "unsigned", "void",     "volatile", "while",  "class",   "new",
      "delete",   "this",     "template", "arena",  "bool"};
  std::string name;
  for (char c : text)
    name += llvm::isAlnum(c) ? c : '_';
  if (name.empty() || llvm::isDigit(name.front()))
    name = "_" + name;
  return reserved.contains(name) ? name + "_" : name;
}

static StringRef getCType(ElementKind kind) {
  switch (kind) {
  case ElementKind::F32:
    return "float";
  case ElementKind::F64:
    return "double";
  case ElementKind::F16: // the bits: C has no portable name for the type
  case ElementKind::BF16:
  case ElementKind::U16:
    return "uint16_t";
  case ElementKind::Bool: // 0 or 1
  case ElementKind::U8:
  case ElementKind::I2: // the lowest bits of a byte
  case ElementKind::U2:
  case ElementKind::I4:
  case ElementKind::U4:
  case ElementKind::F4E2M1:
  case ElementKind::F8E4M3FN: // the bits, as below
  case ElementKind::F8E4M3FNUZ:
  case ElementKind::F8E5M2:
  case ElementKind::F8E5M2FNUZ:
  case ElementKind::F8E8M0:
    return "uint8_t";
  case ElementKind::I8:
    return "int8_t";
  case ElementKind::I16:
    return "int16_t";
  case ElementKind::I32:
    return "int32_t";
  case ElementKind::U32:
    return "uint32_t";
  case ElementKind::I64:
    return "int64_t";
  case ElementKind::U64:
    return "uint64_t";
  }
  return "void";
}

namespace {
/// A parameter of a C function.
struct CParameter {
  const PortInfo *port;
  std::string name;
  StringRef use; // "in", "in/out", "out"
};
} // namespace

/// Arguments, then results with a place of their own, under names that differ.
static std::vector<CParameter> getParameters(const Signature &signature) {
  std::vector<CParameter> parameters;
  llvm::StringSet<> taken;
  auto add = [&](const PortInfo &port, StringRef use, const Twine &fallback) {
    std::string name = port.name.empty() ? fallback.str() : toCName(port.name);
    if (use == "out" && port.role == roleGradient)
      name += "_gradient";
    while (!taken.insert(name).second)
      name += "_";
    parameters.push_back({&port, name, use});
  };
  for (auto [i, port] : llvm::enumerate(signature.arguments)) {
    bool updated =
        llvm::any_of(signature.results, [number = i](const PortInfo &result) {
          return result.updates && *result.updates == number;
        });
    add(port, updated ? "in/out" : "in", "argument" + Twine(i));
  }
  for (auto [i, port] : llvm::enumerate(signature.results))
    if (!port.updates)
      add(port, "out",
          port.role.empty() ? "result" + Twine(i) : Twine(port.role));
  return parameters;
}

static std::string getShape(const PortInfo &port) {
  std::string text = getCType(port.kind).str();
  for (int64_t size : port.shape)
    text += "[" + std::to_string(size) + "]";
  if (port.kind == ElementKind::F16 || port.kind == ElementKind::BF16 ||
      port.kind > ElementKind::U64)
    text += std::string(", bits of ") + getName(port.kind);
  return text;
}

static void writeParameters(llvm::raw_ostream &os,
                            ArrayRef<CParameter> parameters) {
  for (const CParameter &parameter : parameters) {
    os << " *   " << llvm::left_justify(parameter.name, 20) << " "
       << llvm::left_justify(parameter.use, 6) << " "
       << getShape(*parameter.port);
    if (!parameter.port->role.empty())
      os << "  " << parameter.port->role;
    if (!parameter.port->name.empty() && parameter.port->name != parameter.name)
      os << " '" << parameter.port->name << "'";
    os << "\n";
  }
}

/// Says which parameters are one value of the model, in words:
/// ` *   s: a sequence of 2, s_0 s_1`.
static void writeGroups(llvm::raw_ostream &os, ArrayRef<ValueGroup> groups,
                        ArrayRef<const PortInfo *> ports,
                        ArrayRef<CParameter> parameters) {
  for (const ValueGroup &group : groups) {
    ArrayRef<const PortInfo *> own = ports.take_front(group.size);
    ports = ports.drop_front(group.size);
    if (group.kind == ValueKind::Tensor)
      continue;
    os << " *   '" << group.name << "' is ";
    if (group.isAbsent)
      os << "an optional without an element";
    else if (isSequence(group.kind))
      os << "a sequence of " << group.size;
    else
      os << "an optional with an element";
    for (const PortInfo *port : own)
      for (const CParameter &parameter : parameters)
        if (parameter.port == port)
          os << (port == own.front() ? ": " : ", ") << parameter.name;
    os << "\n";
  }
}

static void writeGroups(llvm::raw_ostream &os, const Signature &signature,
                        ArrayRef<CParameter> parameters) {
  SmallVector<const PortInfo *> inputs, outputs;
  for (const PortInfo &port : signature.arguments)
    if (!port.hasValue)
      inputs.push_back(&port);
  for (const PortInfo &port : signature.results)
    outputs.push_back(&port);
  writeGroups(os, signature.inputs, inputs, parameters);
  writeGroups(os, signature.outputs, outputs, parameters);
}

static void writeEntry(llvm::raw_ostream &os, StringRef prefix,
                       const CompiledEntry &entry,
                       ArrayRef<const InitialValue *> initial) {
  std::string name = (prefix + entry.name).str();
  std::string macro = StringRef(name).upper();
  std::vector<CParameter> parameters = getParameters(entry.signature);
  os << "\n/* " << name << ", its parameters in order:\n";
  writeParameters(os, parameters);
  os << " *   arena                scratch memory of " << macro
     << "_ARENA_BYTES bytes\n";
  writeGroups(os, entry.signature, parameters);
  os << " */\n"
     << "#define " << macro << "_ARENA_BYTES " << entry.arenaBytes << "\n"
     << "void " << name << "(";
  for (const CParameter &parameter : parameters)
    os << (parameter.use == "in" ? "const " : "")
       << getCType(parameter.port->kind) << " *" << parameter.name << ", ";
  os << "void *arena);\n";
  if (initial.empty())
    return;
  os << "\n/* Fills the parameters and states of " << name
     << " with their initial values. */\nvoid " << name << "_init(";
  llvm::interleaveComma(initial, os, [&](const InitialValue *value) {
    const CParameter &parameter = parameters[value->argument];
    os << getCType(parameter.port->kind) << " *" << parameter.name;
  });
  os << ");\n";
}

SmallVector<const InitialValue *>
mlir::pc::getInitialValues(ArrayRef<InitialValue> values, StringRef entry) {
  SmallVector<const InitialValue *> result;
  for (const InitialValue &value : values)
    if (value.entry == entry)
      result.push_back(&value);
  llvm::sort(result, [](const InitialValue *a, const InitialValue *b) {
    return a->argument < b->argument;
  });
  return result;
}

void mlir::pc::writeCHeader(llvm::raw_ostream &os, StringRef prefix,
                            ArrayRef<CompiledEntry> entries,
                            ArrayRef<InitialValue> initialValues,
                            unsigned threads) {
  std::string guard = StringRef(toCName((prefix + "h").str())).upper();
  os << "/* Written by pc-compile.\n"
        " *\n"
        " * Every pointer is to a dense array in row-major order; no two of "
        "them may\n"
        " * overlap. The arena is scratch memory: aligned to "
     << bufferAlignment
     << " bytes, not shared by\n"
        " * calls that run at the same time, its contents mean nothing between "
        "calls.\n"
        " * Nothing is allocated, nothing is kept, and no call can fail.\n";
  if (threads > 1)
    os << " * Work is shared among up to " << threads
       << " threads of OpenMP: link with " << threadsLibrary << ".\n";
  os << " */\n"
     << "#ifndef " << guard << "\n#define " << guard
     << "\n\n#include <stdint.h>\n\n#ifdef __cplusplus\nextern \"C\" "
        "{\n#endif\n";
  for (const CompiledEntry &entry : entries)
    writeEntry(os, prefix, entry, getInitialValues(initialValues, entry.name));
  os << "\n#ifdef __cplusplus\n}\n#endif\n\n#endif /* " << guard << " */\n";
}
