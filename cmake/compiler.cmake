# Flags every target shares.
add_compile_options(
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Wimplicit-fallthrough
  -Werror=return-type -Werror=switch -Werror=unused-result -Werror=shadow)
add_link_options(-fuse-ld=lld)
add_compile_options($<$<CONFIG:Debug>:-g1>)
add_compile_definitions($<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_options(-O2 -g1 -fno-plt -fstack-protector-strong -D_FORTIFY_SOURCE=2)
  add_link_options(-Wl,-z,relro,-z,now,--gc-sections)
endif()
if(AIVA_SANITIZE)
  add_compile_options(-fsanitize=${AIVA_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${AIVA_SANITIZE})
endif()
