#pragma once

#include <memory>
#include <string>

#include "foundation/metrics.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::test_database {

// Whether AIVA_TEST_DATABASE names a server.
bool is_on_mariadb();

struct Made {
  std::string name;
  std::unique_ptr<Database> database;
};
// A new database with the schema on that server.
Result<Made> make_database(Metrics& metrics);
// Drops it, if it can.
void drop_database(const std::string& name);

}  // namespace aiva::test_database
