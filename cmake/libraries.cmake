# Third-party libraries, each found once and given one target name.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json url)
find_package(ZLIB REQUIRED)
find_package(ICU REQUIRED COMPONENTS uc i18n data)
find_package(spdlog REQUIRED)
find_package(prometheus-cpp REQUIRED COMPONENTS core)
find_package(GTest REQUIRED)
pkg_check_modules(SQLITE3 REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(HIREDIS REQUIRED IMPORTED_TARGET hiredis)
pkg_check_modules(GUMBO REQUIRED IMPORTED_TARGET gumbo)
pkg_check_modules(DEFLATE REQUIRED IMPORTED_TARGET libdeflate)
pkg_check_modules(MD4C REQUIRED IMPORTED_TARGET md4c)
pkg_check_modules(SECCOMP REQUIRED IMPORTED_TARGET libseccomp)
pkg_check_modules(CRYPT REQUIRED IMPORTED_TARGET libcrypt)
pkg_check_modules(SPANDSP REQUIRED IMPORTED_TARGET spandsp)
pkg_check_modules(TOMLPLUSPLUS REQUIRED IMPORTED_TARGET tomlplusplus)
find_library(CLD2_LIBRARY cld2 REQUIRED)
add_library(CLD2::CLD2 UNKNOWN IMPORTED)
set_target_properties(CLD2::CLD2 PROPERTIES IMPORTED_LOCATION ${CLD2_LIBRARY})
find_library(STEMMER_LIBRARY stemmer REQUIRED)
add_library(Snowball::Stemmer UNKNOWN IMPORTED)
set_target_properties(Snowball::Stemmer PROPERTIES IMPORTED_LOCATION ${STEMMER_LIBRARY})

# Asio and Beast are compiled once, here, instead of into every file that includes them.
add_library(aiva_boost_asio STATIC ${CMAKE_SOURCE_DIR}/cmake/boost_asio.cpp)
target_compile_definitions(aiva_boost_asio PUBLIC
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
  BOOST_ASIO_DISABLE_BOOST_DATE_TIME BOOST_ASIO_DISABLE_BOOST_REGEX)
target_link_libraries(aiva_boost_asio PUBLIC
  Boost::headers Boost::url OpenSSL::SSL OpenSSL::Crypto Threads::Threads)
target_compile_options(aiva_boost_asio PRIVATE -w)
