#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

#include "foundation/error.h"

namespace aiva::fuzz {

// Ends the program with what is wrong, which makes the input a finding.
[[noreturn]] inline void give_up(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  std::abort();
}

[[noreturn]] inline void give_up(const std::string& what, const Error& error) {
  give_up(what + ": " + error.message + " (" + error.cause + ")");
}

}  // namespace aiva::fuzz
