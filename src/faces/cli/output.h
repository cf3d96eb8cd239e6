#pragma once

#include <string>

#include "foundation/error.h"

namespace aiva::cli {

// The error in one line for a person, with its field details.
std::string describe(const Error& error);

// Prints the error to standard error; the exit code it stands for: 2 for wrong input, else 1.
int report(const Error& error);

}  // namespace aiva::cli
