#include "adapters/schema/internal/applied.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "foundation/crypto.h"
#include "foundation/time.h"

namespace aiva::schema {
namespace {

// Stands in the head of a migration that only adds to the schema: "-- compatible-with: 97".
constexpr std::string_view compatible_mark = "-- compatible-with:";

std::string checksum_of(const Migration& migration) { return to_hex(sha256(migration.sql)); }

// A program may run beside a newer one when the newer one's migration said so.
bool may_run_beside(const AppliedMigration& newer, const std::vector<Migration>& known) {
  if (newer.compatible_with == 0 || known.empty()) return false;
  auto newest = std::ranges::max(known, {}, &Migration::version).version;
  return newest >= newer.compatible_with;
}

// What the head of a migration says of older programs; 0: nothing.
int compatible_with(const Migration& migration) {
  auto at = migration.sql.find(compatible_mark);
  if (at == std::string_view::npos) return 0;
  auto text = migration.sql.substr(at + compatible_mark.size());
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  int version = 0;
  std::from_chars(text.data(), text.data() + text.size(), version);
  return version;
}

}  // namespace

Result<AppliedMigrations> read_applied(SqlSession& session) {
  AppliedMigrations applied;
  TRY_VOID(session.query(
      "SELECT m.version, m.name, m.checksum, coalesce(c.compatible_with, 0) "
      "FROM schema_migrations m LEFT JOIN schema_compatibility c ON c.version = m.version",
      {}, [&applied](const SqlRow& row) -> Result<void> {
        applied[static_cast<int>(row.integer(0))] = {
            .name = std::string(row.text(1)),
            .checksum = std::string(row.text(2)),
            .compatible_with = static_cast<int>(row.integer(3))};
        return {};
      }));
  return applied;
}

Result<std::vector<std::string>> compare(const AppliedMigrations& applied,
                                         const std::vector<Migration>& known) {
  std::vector<std::string> newer;
  std::map<int, const Migration*> by_version;
  for (const auto& migration : known) by_version[migration.version] = &migration;
  for (const auto& [version, record] : applied) {
    auto found = by_version.find(version);
    if (found == by_version.end()) {
      if (!may_run_beside(record, known))
        return fail(ErrorCode::conflict,
                    "The database is newer than this program: it has migration " + record.name +
                        ". Start the newer program");
      newer.push_back(record.name);
      continue;
    }
    if (checksum_of(*found->second) != record.checksum)
      return fail(ErrorCode::conflict, "Migration " + record.name +
                                           " was changed after it had been applied to the "
                                           "database; the program and its data do not belong "
                                           "together");
  }
  return newer;
}

Result<void> note_applied(SqlSession& session, const Migration& migration) {
  TRY_VOID(session.execute(
      "INSERT INTO schema_migrations (version, name, checksum, applied_at) VALUES (?, ?, ?, ?)",
      {migration.version, migration.name, checksum_of(migration), unix_ms_now()}));
  if (auto oldest = compatible_with(migration); oldest > 0)
    TRY_VOID(
        session.execute("INSERT INTO schema_compatibility (version, compatible_with) VALUES (?, ?)",
                        {migration.version, oldest}));
  return {};
}

Error failure_of(const Migration& migration, Error error) {
  error.message = "Migration " + std::string(migration.name) + " failed";
  return error;
}

}  // namespace aiva::schema
