#pragma once

#include <memory>

#include "ports/database.h"

namespace aiva::test_database {

// Runs the body of each write once in vain before it counts, as after a deadlock: what it did then
// is undone, so it must come out the same.
std::unique_ptr<Database> make_repeating_database(std::unique_ptr<Database> database);

}  // namespace aiva::test_database
