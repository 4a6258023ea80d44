# Debian's static MLIR libraries say that they need libLLVM.so: beside the static
# LLVM libraries that would be a second copy of LLVM. They need the components
# instead, of which the linker takes what is used.
llvm_map_components_to_libnames(PC_LLVM_LIBS
  AllTargetsAsmParsers AllTargetsCodeGens AllTargetsDescs AllTargetsInfos Core FrontendOpenMP IRReader
  OrcJIT Passes Support SupportLSP TargetParser)
get_property(targets DIRECTORY PROPERTY IMPORTED_TARGETS)
list(FILTER targets INCLUDE REGEX "^MLIR.")
foreach(target IN LISTS targets)
  get_target_property(needs ${target} INTERFACE_LINK_LIBRARIES)
  if(needs)
    list(TRANSFORM needs REPLACE "^(\\$<LINK_ONLY:)?LLVM>?$" "${PC_LLVM_LIBS}")
    set_target_properties(${target} PROPERTIES INTERFACE_LINK_LIBRARIES "${needs}")
  endif()
endforeach()
