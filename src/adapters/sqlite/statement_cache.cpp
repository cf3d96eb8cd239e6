#include "adapters/sqlite/statement_cache.h"

#include <sqlite3.h>

#include <utility>

#include "adapters/sqlite/result_codes.h"

namespace aiva {

StatementCache::~StatementCache() {
  for (auto& entry : entries_) sqlite3_finalize(entry.statement);
}

StatementCache::Lease::Lease(Lease&& other) noexcept
    : statement_(std::exchange(other.statement_, nullptr)),
      entry_(std::exchange(other.entry_, nullptr)) {}

StatementCache::Lease::~Lease() {
  if (entry_ == nullptr) {
    sqlite3_finalize(statement_);
    return;
  }
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
  entry_->is_lent = false;
}

Result<StatementCache::Lease> StatementCache::lend(std::string_view sql) {
  if (auto found = index_.find(sql); found != index_.end()) {
    auto entry = found->second;
    entries_.splice(entries_.begin(), entries_, entry);
    if (entry->is_lent) {
      TRY(auto* statement, prepare(sql, false));
      return Lease(statement, nullptr);
    }
    entry->is_lent = true;
    return Lease(entry->statement, &*entry);
  }
  TRY(auto* statement, prepare(sql, true));
  entries_.push_front(Entry{std::string(sql), statement, true});
  index_.emplace(entries_.front().sql, entries_.begin());
  evict();
  return Lease(statement, &entries_.front());
}

Result<sqlite3_stmt*> StatementCache::prepare(std::string_view sql, bool is_kept) {
  sqlite3_stmt* statement = nullptr;
  const char* tail = nullptr;
  auto flags = is_kept ? static_cast<unsigned>(SQLITE_PREPARE_PERSISTENT) : 0U;
  int code = sqlite3_prepare_v3(database_, sql.data(), static_cast<int>(sql.size()), flags,
                                &statement, &tail);
  if (code != SQLITE_OK) return fail(sqlite_error(database_, code, sql));
  auto rest = sql.substr(static_cast<std::size_t>(tail - sql.data()));
  if (statement == nullptr || rest.find_first_not_of("; \n\t") != std::string_view::npos) {
    sqlite3_finalize(statement);
    return fail(internal_error("not exactly one SQL statement: " + std::string(sql)));
  }
  return statement;
}

void StatementCache::evict() {
  while (entries_.size() > statements_max_ && !entries_.back().is_lent) {
    index_.erase(entries_.back().sql);
    sqlite3_finalize(entries_.back().statement);
    entries_.pop_back();
  }
}

}  // namespace aiva
