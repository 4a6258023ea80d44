# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How lit runs the regression tests of pc."""

import importlib.util
import os

import lit.formats
from lit.llvm import llvm_config
from lit.llvm.subst import ToolSubst

config.name = "pc"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.excludes = ["Inputs"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.pc_obj_root, "test")

# A hang is a failure; lit measures time through psutil. Sanitized code takes
# some five times as long.
if importlib.util.find_spec("psutil"):
    lit_config.maxIndividualTestTime = 4500 if config.pc_sanitizers else 900

# What is tested is compiled, not found.
config.environment["PC_CACHE"] = "none"

# A FileCheck variable leaks from one function into the next without this.
config.environment["FILECHECK_OPTS"] = "-enable-var-scope --dump-input=fail"

# Debian's libMLIR is not instrumented: what it allocates by one operator it may
# free by another's code, and its arenas poison memory for code that unpoisons.
if config.pc_sanitizers:
    config.environment["ASAN_OPTIONS"] = "alloc_dealloc_mismatch=0:allow_user_poisoning=0"

bin_dirs = [os.path.join(config.pc_obj_root, "bin"), config.llvm_tools_dir]
llvm_config.with_environment("PATH", bin_dirs, append_path=True)
llvm_config.use_default_substitutions()  # FileCheck, not, count, split-file

# Debian's interpreter: it is the one that sees python3-onnx and python3-torch.
config.substitutions += [
    ("%python", "/usr/bin/python3"),
    ("%pc_bin", bin_dirs[0]),
    ("%pc_src", config.pc_src_root),
    # How many random operations to differentiate: lit --param generics=20000.
    ("%generics", lit_config.params.get("generics", "1000")),
    # How many random graphs, and a third of them with control flow beside.
    ("%graphs_control", str(int(lit_config.params.get("graphs", "1230")) // 3)),
    ("%graphs", lit_config.params.get("graphs", "1230")),
    ("%llvm_lib", os.path.join(os.path.dirname(config.llvm_tools_dir), "lib")),
]

# PC_ROUNDTRIP=1 turns every pc-opt of the suite into a round-trip test.
roundtrip = ["--verify-roundtrip"] if "PC_ROUNDTRIP" in os.environ else []
llvm_config.add_tool_substitutions(
    [ToolSubst("pc-opt", extra_args=roundtrip, unresolved="fatal"), "mlir-opt"], bin_dirs)

# Data that is not part of the repository: conformance suites, reference
# gradients, data sets. Tests that need it say `REQUIRES: shared-data`.
shared = os.path.join(config.pc_src_root, "..", "shared", "data")
if os.path.isdir(shared):
    config.available_features.add("shared-data")
    config.substitutions.append(("%shared_data", os.path.realpath(shared)))
else:
    lit_config.note("no ../shared/data: tests that need it are unsupported")

# The words of the experiments; scripts/install experiments brings them.
if all(os.path.exists(os.path.join("/usr/share/dict", name)) for name in ("manx", "swedish")):
    config.available_features.add("word-lists")
else:
    lit_config.note("no word lists: their experiment is unsupported")

# The libraries that benchmarks compare with; scripts/install bench brings them.
if all(os.path.exists(os.path.join("/usr/include", name))
       for name in ("dnnl.hpp", "x86_64-linux-gnu/cblas.h")):
    config.available_features.add("bench-libraries")
else:
    lit_config.note("no oneDNN and OpenBLAS: benchmarks of the CPU target are unsupported")

# Vulkan in software, watched by the validation layer; scripts/install test brings both.
lavapipe = "/usr/share/vulkan/icd.d/lvp_icd.x86_64.json"
layer = "/usr/share/vulkan/explicit_layer.d/VkLayer_khronos_validation.json"
if os.path.exists(lavapipe) and os.path.exists(layer):
    config.available_features.add("vulkan")
    config.environment.update({
        "VK_DRIVER_FILES": lavapipe,
        "VK_ICD_FILENAMES": lavapipe,  # the name of older loaders
        # Whatever the layer says fails the run, between command buffers as well.
        "PC_VK_VALIDATE": "fatal",
        "VK_LAYER_ENABLES":
            "VALIDATION_CHECK_ENABLE_SYNCHRONIZATION_VALIDATION_QUEUE_SUBMIT",
        "MESA_SHADER_CACHE_DIR": os.path.join(config.pc_obj_root, "mesa-cache"),
    })
else:
    lit_config.note("no lavapipe with validation layer: runs of the Vulkan target are unsupported")

# Hand-written shaders, which benchmarks compile; simulation, synthesis and proof of
# circuits. scripts/install bench brings the first, scripts/install test the others.
for feature, tools in (("glslang", ["glslangValidator", "spirv-opt"]), ("verilator", ["verilator"]),
                       ("yosys", ["yosys", "yosys-smtbmc", "z3"]),
                       ("nextpnr", ["nextpnr-ice40", "icepack"])):
    if all(os.path.exists(os.path.join("/usr/bin", tool)) for tool in tools):
        config.available_features.add(feature)
    else:
        lit_config.note(f"no {feature}: tests of circuits that need it are unsupported")
config.substitutions.append(
    ("%rtl", os.path.join(config.pc_src_root, "lib/Target/SystemVerilog/rtl")))

# The conformance suite of the package libonnx-testdata.
testdata = "/usr/share/libonnx-testdata/data"
if os.path.isdir(testdata):
    config.available_features.add("onnx-testdata")
    config.substitutions.append(("%onnx_testdata", testdata))
else:
    lit_config.note("no libonnx-testdata: conformance tests are unsupported")
