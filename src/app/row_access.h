#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "app/config.h"
#include "foundation/metrics.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::app {

// Rows by themselves, read and written whole tables at a time: for commands that build no other
// part of the program. Reads go where writes go: replicas would be late.
class RowAccess {
 public:
  Database& operator*() const { return *database_; }

 private:
  friend Result<RowAccess> open_rows(const Config&, const std::filesystem::path&, bool);
  friend Result<RowAccess> open_move_target(const Config&, const std::string&);

  std::unique_ptr<Metrics> metrics_ = std::make_unique<Metrics>();
  std::unique_ptr<Database> database_;  // borrows them
};

// The rows of an installation, in the database that the configuration names or the folder's own.
// Fails with `not_found` where there are none, and with `conflict` where a move or a restore has
// not come to its end. `is_new`: rows are to come, and nothing is looked for.
Result<RowAccess> open_rows(const Config& config, const std::filesystem::path& folder, bool is_new);

// The database that rows are moved into: mysql://…, mariadb://… by what the configuration says of
// TLS, or sqlite://FILE. A password that the URL does not have is the configuration's.
Result<RowAccess> open_move_target(const Config& config, const std::string& url);

}  // namespace aiva::app
