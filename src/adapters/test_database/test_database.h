#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "adapters/sqlite/sqlite_database.h"
#include "foundation/ids.h"
#include "foundation/metrics.h"
#include "ports/database.h"

namespace aiva {

// For tests: a database with every migration applied and nothing else, gone with this object:
// SQLite in a temporary folder, or one of the MariaDB server that AIVA_TEST_DATABASE names. A
// failure to make it ends the program.
class TestDatabase {
 public:
  // The options are those of SQLite.
  explicit TestDatabase(SqliteOptions options = {});
  ~TestDatabase();
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;

  [[nodiscard]] Database& get() const { return *database_; }
  Database& operator*() const { return *database_; }
  Database* operator->() const { return database_.get(); }
  // SQLite's file.
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  // Inserts an active tenant, for rows that must refer to one.
  [[nodiscard]] TenantId add_tenant(std::string_view name = "Acme") const;

 private:
  Metrics metrics_;
  std::filesystem::path folder_;
  std::filesystem::path path_;
  std::string name_;  // of MariaDB's database; empty: SQLite
  std::unique_ptr<Database> database_;
};

}  // namespace aiva
