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
// A database with the schema and nothing else on that server: a new one, or one that an earlier
// test of this program has given back.
Result<Made> make_database(Metrics& metrics);
// Nobody uses it any more; it is dropped when the program ends.
void give_back(std::string name);

}  // namespace aiva::test_database
