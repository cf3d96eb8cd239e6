#include "adapters/sqlite/connection.h"

#include <sqlite3.h>

#include <string>
#include <utility>
#include <variant>

#include "adapters/sqlite/result_codes.h"
#include "foundation/log.h"
#include "foundation/text/utf8.h"
#include "ports/traced_context.h"

namespace aiva {
namespace {

constexpr std::size_t statements_max = 128;
constexpr std::size_t sql_logged_max = 500;
constexpr int steps_between_checks = 20000;
constexpr std::int64_t wal_bytes_kept_max = 32 * 1024 * 1024;

class StatementRow final : public SqlRow {
 public:
  explicit StatementRow(sqlite3_stmt* statement) : statement_(statement) {}

  [[nodiscard]] bool is_null(int column) const override {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
  }
  [[nodiscard]] std::int64_t integer(int column) const override {
    return sqlite3_column_int64(statement_, column);
  }
  [[nodiscard]] double real(int column) const override {
    return sqlite3_column_double(statement_, column);
  }
  [[nodiscard]] std::string_view text(int column) const override {
    const auto* first = sqlite3_column_text(statement_, column);
    if (first == nullptr) return {};
    auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    return {reinterpret_cast<const char*>(first), size};
  }
  [[nodiscard]] std::span<const std::byte> bytes(int column) const override {
    const auto* first = static_cast<const std::byte*>(sqlite3_column_blob(statement_, column));
    return {first, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
  }

 private:
  sqlite3_stmt* statement_;
};

// Binds without copying: the parameters outlive the statement's run.
struct Binder {
  sqlite3_stmt* statement;
  int index;

  int operator()(std::monostate) const { return sqlite3_bind_null(statement, index); }
  int operator()(std::int64_t value) const { return sqlite3_bind_int64(statement, index, value); }
  int operator()(double value) const { return sqlite3_bind_double(statement, index, value); }
  int operator()(std::string_view value) const {
    const char* first = value.data() != nullptr ? value.data() : "";
    return sqlite3_bind_text64(statement, index, first, value.size(), SQLITE_STATIC, SQLITE_UTF8);
  }
  int operator()(SqlValue::Bytes value) const {
    if (value.empty()) return sqlite3_bind_zeroblob(statement, index, 0);
    return sqlite3_bind_blob64(statement, index, value.data(), value.size(), SQLITE_STATIC);
  }
  int operator()(const SqlValue::IdText& value) const {
    return (*this)(std::string_view(value.data(), value.size()));
  }
};

}  // namespace

void Connection::CloseDatabase::operator()(sqlite3* database) const { sqlite3_close_v2(database); }

Connection::Connection(DatabasePointer database, const SqliteOptions& options,
                       SqliteMeasures& measures)
    : database_(std::move(database)),
      measures_(measures),
      statements_(database_.get(), statements_max),
      slow_query_(options.slow_query) {}

Connection::~Connection() = default;

Result<std::unique_ptr<Connection>> Connection::open(const SqliteOptions& options,
                                                     ConnectionMode mode,
                                                     SqliteMeasures& measures) {
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE;
  flags |= mode == ConnectionMode::reads ? SQLITE_OPEN_READONLY
                                         : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  sqlite3* opened = nullptr;
  int code = sqlite3_open_v2(options.path.c_str(), &opened, flags, nullptr);
  DatabasePointer database(opened);
  if (code != SQLITE_OK) {
    auto error = sqlite_error(opened, code, {});
    error.message = "The database " + options.path.string() + " cannot be opened";
    return fail(std::move(error));
  }
  std::unique_ptr<Connection> connection(new Connection(std::move(database), options, measures));
  TRY_VOID(connection->configure(options, mode));
  return connection;
}

Result<void> Connection::configure(const SqliteOptions& options, ConnectionMode mode) {
  auto* database = database_.get();
  sqlite3_busy_timeout(database, static_cast<int>(options.busy_timeout.count()));
  sqlite3_progress_handler(database, steps_between_checks, &Connection::on_progress, this);
  sqlite3_limit(database, SQLITE_LIMIT_ATTACHED, 0);
  sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  TRY_VOID(execute("PRAGMA foreign_keys = ON"));
  TRY_VOID(execute("PRAGMA temp_store = MEMORY"));
  TRY_VOID(execute("PRAGMA cache_size = " + std::to_string(-options.cache_kib)));
  // Not mapped into memory: a reader unmaps the whole file whenever another connection has written.
  TRY_VOID(execute("PRAGMA mmap_size = 0"));
  if (mode == ConnectionMode::reads) return {};

  std::string journal;
  TRY_VOID(query("PRAGMA journal_mode = WAL", {}, [&journal](const SqlRow& row) -> Result<void> {
    journal = row.text(0);
    return {};
  }));
  if (journal != "wal")
    return fail(ErrorCode::unavailable, "The database's folder does not allow a write-ahead log",
                "journal mode " + journal);
  TRY_VOID(execute(options.sync == SqliteSync::power ? "PRAGMA synchronous = FULL"
                                                     : "PRAGMA synchronous = NORMAL"));
  TRY_VOID(execute("PRAGMA journal_size_limit = " + std::to_string(wal_bytes_kept_max)));
  return {};
}

Result<std::int64_t> Connection::execute_span(std::string_view sql,
                                              std::span<const SqlValue> parameters) {
  auto before = sqlite3_total_changes64(database_.get());
  TRY_VOID(step_through(sql, parameters, nullptr));
  if (sqlite3_total_changes64(database_.get()) == before) return 0;
  return sqlite3_changes64(database_.get());
}

Result<void> Connection::query_span(std::string_view sql, std::span<const SqlValue> parameters,
                                    const EachRow& each) {
  return step_through(sql, parameters, &each);
}

Result<void> Connection::step_through(std::string_view sql, std::span<const SqlValue> parameters,
                                      const EachRow* each) {
  auto started = std::chrono::steady_clock::now();
  TRY(auto lease, statements_.lend(sql));
  auto* statement = lease.get();
  TRY_VOID(bind(statement, sql, parameters));
  StatementRow row(statement);
  int code = sqlite3_step(statement);
  for (; code == SQLITE_ROW; code = sqlite3_step(statement))
    if (each != nullptr) TRY_VOID((*each)(row));
  if (code != SQLITE_DONE) return fail(last_error(code, sql));
  auto took = std::chrono::steady_clock::now() - started;
  bool is_slow = took >= slow_query_;
  measures_.note_statement(is_slow);
  if (is_slow)
    log::warn("slow statement", traced_context(*this),
              {{"ms", std::chrono::duration_cast<std::chrono::milliseconds>(took).count()},
               {"sql", utf8_prefix(sql, sql_logged_max)}});
  return {};
}

Result<void> Connection::bind(sqlite3_stmt* statement, std::string_view sql,
                              std::span<const SqlValue> parameters) {
  auto expected = static_cast<std::size_t>(sqlite3_bind_parameter_count(statement));
  if (expected != parameters.size())
    return fail(internal_error(std::to_string(parameters.size()) + " parameters given for " +
                               std::to_string(expected) + " in: " + std::string(sql)));
  int index = 0;
  for (const auto& parameter : parameters) {
    int code = std::visit(Binder{statement, ++index}, parameter.content());
    if (code != SQLITE_OK) return fail(last_error(code, sql));
  }
  return {};
}

Error Connection::last_error(int code, std::string_view sql) const {
  if ((code & 0xFF) == SQLITE_INTERRUPT && watched_ != nullptr)
    if (auto over = watched_->check(); !over) return over.error();
  return sqlite_error(database_.get(), code, sql);
}

void Connection::on_commit(std::function<void(int pages)> listener) {
  on_commit_ = std::move(listener);
  sqlite3_wal_hook(database_.get(), &Connection::on_log, this);
}

int Connection::on_log(void* self, sqlite3*, const char*, int pages) {
  static_cast<Connection*>(self)->on_commit_(pages);
  return SQLITE_OK;
}

void Connection::checkpoint() {
  sqlite3_wal_checkpoint_v2(database_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
}

bool Connection::is_in_transaction() const { return sqlite3_get_autocommit(database_.get()) == 0; }

int Connection::on_progress(void* self) {
  const auto* watched = static_cast<const Connection*>(self)->watched_;
  return watched != nullptr && !watched->check() ? 1 : 0;
}

}  // namespace aiva
