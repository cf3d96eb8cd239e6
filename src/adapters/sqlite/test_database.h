#pragma once

#include <filesystem>
#include <memory>

#include "adapters/sqlite/sqlite_database.h"
#include "foundation/ids.h"
#include "ports/database.h"

namespace aiva {

// For tests: a new SQLite database with every migration applied, in a temporary folder that
// vanishes with this object. A failure to make it ends the program.
class TestDatabase {
 public:
  explicit TestDatabase(SqliteOptions options = {});
  ~TestDatabase();
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;

  [[nodiscard]] Database& get() const { return *database_; }
  Database& operator*() const { return *database_; }
  Database* operator->() const { return database_.get(); }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  // Inserts an active tenant, for rows that must refer to one.
  [[nodiscard]] TenantId add_tenant(std::string_view name = "Acme") const;

 private:
  std::filesystem::path folder_;
  std::filesystem::path path_;
  std::unique_ptr<Database> database_;
};

}  // namespace aiva
