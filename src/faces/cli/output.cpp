#include "faces/cli/output.h"

#include <cstdio>

namespace aiva::cli {

std::string describe(const Error& error) {
  std::string text = error.message;
  for (const auto& detail : error.details) text += "; " + detail.field + " " + detail.message;
  if (!error.cause.empty()) text += " (" + error.cause + ")";
  return text;
}

int report(const Error& error) {
  std::fprintf(stderr, "aiva: %s\n", describe(error).c_str());
  return error.code == ErrorCode::invalid || error.code == ErrorCode::not_found ? 2 : 1;
}

}  // namespace aiva::cli
