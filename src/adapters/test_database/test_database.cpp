#include "adapters/test_database/test_database.h"

#include <cstdlib>
#include <string>
#include <utility>

#include "adapters/schema/migrate.h"
#include "adapters/test_database/internal/mariadb.h"

namespace aiva {
namespace {

template <class T>
T must(Result<T> result) {
  if (!result)
    std::fprintf(stderr, "%s %s\n", result.error().message.c_str(), result.error().cause.c_str());
  AIVA_ASSERT(result.has_value());
  return std::move(*result);
}

}  // namespace

TestDatabase::TestDatabase(SqliteOptions options) {
  if (test_database::is_on_mariadb()) {
    auto made = must(test_database::make_database(metrics_));
    name_ = std::move(made.name);
    database_ = std::move(made.database);
    return;
  }
  auto pattern = (std::filesystem::temp_directory_path() / "aiva-rows-XXXXXX").string();
  AIVA_ASSERT(mkdtemp(pattern.data()) != nullptr);
  folder_ = pattern;
  path_ = folder_ / "rows.db";
  options.path = path_;
  database_ = must(make_sqlite_database(std::move(options)));
  std::ignore = must(sync_wait(migrate(*database_)));
}

TestDatabase::~TestDatabase() {
  database_.reset();
  if (!name_.empty()) test_database::give_back(std::move(name_));
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

TenantId TestDatabase::add_tenant(std::string_view name) const {
  auto tenant = TenantId::make();
  std::string unique_name = std::string(name) + " " + tenant.to_string();
  auto body = [&](SqlSession& session) -> Result<bool> {
    TRY_VOID(
        session.execute("INSERT INTO tenants (id, name, created_at, updated_at) "
                        "VALUES (?, ?, 0, 0)",
                        {tenant, unique_name}));
    return true;
  };
  auto task = write(*database_, {}, body);
  std::ignore = must(sync_wait(std::move(task)));
  return tenant;
}

}  // namespace aiva
