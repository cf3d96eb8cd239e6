#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "adapters/sqlite/measures.h"
#include "adapters/sqlite/sqlite_database.h"
#include "adapters/sqlite/statement_cache.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva {

enum class ConnectionMode { reads, writes };

// One open connection, used by one thread at a time.
class Connection final : public SqlSession {
 public:
  // Opens the file of the options; only a writing connection creates it.
  // `measures` is borrowed.
  static Result<std::unique_ptr<Connection>> open(const SqliteOptions& options, ConnectionMode mode,
                                                  SqliteMeasures& measures);
  ~Connection() override;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  [[nodiscard]] SqlDialect dialect() const override { return SqlDialect::sqlite; }
  Result<std::int64_t> execute_span(std::string_view sql,
                                    std::span<const SqlValue> parameters) override;
  Result<void> query_span(std::string_view sql, std::span<const SqlValue> parameters,
                          const EachRow& each) override;

  // Whether a transaction is open; some failures of the engine end it.
  [[nodiscard]] bool is_in_transaction() const;
  // From now on statements are interrupted once this call is over; null ends that. Borrowed.
  void watch(const CallContext* context) { watched_ = context; }
  // Called after each commit with the pages in the write-ahead log, which from then on is folded
  // into the file only by checkpoint(). Wants a connection that writes.
  void on_commit(std::function<void(int pages)> listener);
  // Folds what it can without waiting for anybody. A failure is the next one's to repair: nothing
  // is lost, the log is longer meanwhile.
  void checkpoint();

 private:
  struct CloseDatabase {
    void operator()(sqlite3* database) const;
  };
  using DatabasePointer = std::unique_ptr<sqlite3, CloseDatabase>;

  Connection(DatabasePointer database, const SqliteOptions& options, SqliteMeasures& measures);
  Result<void> configure(const SqliteOptions& options, ConnectionMode mode);
  Result<void> bind(sqlite3_stmt* statement, std::string_view sql,
                    std::span<const SqlValue> parameters);
  Result<void> step_through(std::string_view sql, std::span<const SqlValue> parameters,
                            const EachRow* each);
  Error last_error(int code, std::string_view sql) const;
  static int on_progress(void* self);
  static int on_log(void* self, sqlite3* database, const char* name, int pages);

  DatabasePointer database_;
  SqliteMeasures& measures_;
  StatementCache statements_;
  std::chrono::milliseconds slow_query_;
  const CallContext* watched_ = nullptr;
  std::function<void(int pages)> on_commit_;
};

}  // namespace aiva
