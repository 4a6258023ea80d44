# The one place that knows how a library, a tool or a TableGen target of pc is built.

# Every generated header hangs off this target: one ordering edge instead of a
# list per library, so that parallel builds never race on an .inc file.
add_custom_target(pc-headers)

function(pc_tablegen_target name)
  add_mlir_dialect_tablegen_target(${name})
  add_dependencies(pc-headers ${name})
endfunction()

# add_pc_library(PCX a.cpp MLIR MLIRIR MLIRPass PC PCDialect)
# MLIR: upstream libraries. PC: libraries of this tree.
function(add_pc_library name)
  cmake_parse_arguments(ARG "" "" "MLIR;PC" ${ARGN})
  add_mlir_library(${name} ${ARG_UNPARSED_ARGUMENTS}
    EXCLUDE_FROM_LIBMLIR DISABLE_INSTALL DEPENDS pc-headers)
  mlir_target_link_libraries(${name} PUBLIC ${ARG_MLIR})
  target_link_libraries(${name} PUBLIC ${ARG_PC})
  if(PC_ENABLE_PCH)
    target_precompile_headers(${name} REUSE_FROM PCPCH)
  endif()
  set_property(GLOBAL APPEND PROPERTY PC_LIBS ${name})
endfunction()

# add_pc_plain_library(PCX [SHARED] a.cpp PC PCRuntime)
# A library of C++ alone: it needs neither LLVM nor MLIR, and what it is linked to
# runs where they are not installed.
function(add_pc_plain_library name)
  cmake_parse_arguments(ARG "" "" "PC" ${ARGN})
  add_library(${name} ${ARG_UNPARSED_ARGUMENTS})
  llvm_update_compile_flags(${name})
  set_target_properties(${name} PROPERTIES PC_PLAIN ON)
  target_link_libraries(${name} PUBLIC ${ARG_PC})
endfunction()

# add_pc_tool(pc-x main.cpp MLIR MLIROptLib PC PCDialect)
function(add_pc_tool name)
  cmake_parse_arguments(ARG "" "" "MLIR;PC" ${ARGN})
  add_llvm_executable(${name} ${ARG_UNPARSED_ARGUMENTS} DEPENDS pc-headers)
  mlir_target_link_libraries(${name} PRIVATE ${ARG_MLIR})
  target_link_libraries(${name} PRIVATE ${ARG_PC})
  if(PC_LINK_STATIC) # else the loader relocates 170,000 addresses of LLVM at each start
    target_link_options(${name} PRIVATE -no-pie LINKER:--as-needed)
  endif()
  set_property(GLOBAL APPEND PROPERTY PC_TOOLS ${name})
endfunction()

# add_pc_pass_doc(PCPasses): the reference page of the Passes.td of this folder,
# as docs/PCPasses.md, with the tests that it names as examples in it.
function(add_pc_pass_doc name)
  add_mlir_doc(Passes ${name}Plain Plain/ -gen-pass-doc)
  set(plain ${PROJECT_BINARY_DIR}/docs/Plain/${name}Plain.md)
  set(page ${PROJECT_BINARY_DIR}/docs/${name}.md)
  add_custom_command(OUTPUT ${page}
    COMMAND python3 ${PROJECT_SOURCE_DIR}/cmake/modules/expand_examples.py
            ${PROJECT_SOURCE_DIR} ${plain} ${page}
    DEPENDS ${plain} ${PROJECT_SOURCE_DIR}/cmake/modules/expand_examples.py
    DEPFILE ${page}.d)
  add_custom_target(${name}Doc DEPENDS ${page})
  add_dependencies(mlir-doc ${name}Doc)
endfunction()
