# Headers of others that are read once for all: half of the time a small object takes goes into
# them. Ours are not among them: a change of one makes only the objects anew that include it.
set(aiva_library_headers
  <algorithm> <array> <atomic> <charconv> <chrono> <cmath> <condition_variable> <coroutine>
  <cstddef> <cstdint> <cstring> <deque> <expected> <filesystem> <fstream> <functional> <future>
  <map> <memory> <mutex> <numeric> <optional> <random> <set> <span> <sstream> <stop_token> <string>
  <string_view> <thread> <tuple> <unordered_map> <unordered_set> <utility> <variant> <vector>)
set(aiva_test_headers ${aiva_library_headers} <gmock/gmock.h> <gtest/gtest.h>)

# Lets TARGET begin with the headers of KIND (library or test), which share its flags. Named from
# the folder Ninja works in: ccache knows an object again in another clone.
function(aiva_use_precompiled target kind)
  if(NOT AIVA_PRECOMPILED)
    return()
  endif()
  add_dependencies(${target} aiva_precompiled_${kind}_headers)
  target_compile_options(${target} PRIVATE
    "SHELL:-include-pch CMakeFiles/aiva_precompiled_${kind}.dir/cmake_pch.hxx.pch")
endfunction()

# The file that stands for all users of one kind. ccache compares the headers' list (its .sum) in
# place of the file made of them, which has the paths of its machine in it.
function(aiva_make_precompiled kind)
  set(target aiva_precompiled_${kind})
  target_precompile_headers(${target} PRIVATE ${ARGN})
  target_compile_options(${target} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
  string(SHA256 sum "${CMAKE_CXX_COMPILER_VERSION} ${AIVA_SANITIZE} ${CMAKE_CXX_FLAGS} ${ARGN}")
  set(file ${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/${target}.dir/cmake_pch.hxx.pch)
  file(WRITE ${file}.sum "${sum}\n")
  # A dependency on the target alone would not wait for the file.
  add_custom_target(${target}_headers DEPENDS ${file})
  add_dependencies(${target}_headers ${target})
endfunction()

if(AIVA_PRECOMPILED)
  set(source ${CMAKE_CURRENT_BINARY_DIR}/precompiled.cpp)
  file(CONFIGURE OUTPUT ${source} CONTENT "int main() { return 0; }\n")
  add_library(aiva_precompiled_library STATIC ${source})
  aiva_make_precompiled(library ${aiva_library_headers})
  if(AIVA_TESTS)
    add_executable(aiva_precompiled_test ${source})
    target_link_libraries(aiva_precompiled_test PRIVATE GTest::gmock)
    aiva_make_precompiled(test ${aiva_test_headers})
  endif()
endif()
