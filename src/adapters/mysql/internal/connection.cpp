#include "adapters/mysql/internal/connection.h"

#include <fcntl.h>
#include <mariadb/errmsg.h>
#include <mariadb/mysqld_error.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

#include "adapters/mysql/internal/watch_socket.h"

namespace aiva::mysql {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t statements_max = 128;

// Text is compared as SQLite compares it, byte by byte and with trailing blanks; statements mean
// what they mean there; a value that does not fit is refused.
constexpr std::string_view session_settings =
    "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO,"
    "PIPES_AS_CONCAT,ANSI_QUOTES,NO_BACKSLASH_ESCAPES', innodb_lock_wait_timeout = 5, "
    "time_zone = '+00:00'; SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ; ";
constexpr std::string_view mariadb_settings =
    "SET NAMES utf8mb4 COLLATE utf8mb4_nopad_bin; "
    "SET SESSION session_track_system_variables = 'last_gtid'";
constexpr std::string_view mysql_settings =
    "SET NAMES utf8mb4 COLLATE utf8mb4_0900_bin; SET SESSION session_track_gtids = OWN_GTID";

bool is_select(std::string_view sql) {
  return sql.starts_with("SELECT") || sql.starts_with("WITH");
}

}  // namespace

// A prepared statement in use; it is reset by the destructor.
class Connection::Lent {
 public:
  explicit Lent(Prepared* kept) : kept_(kept) { kept_->is_lent = true; }
  explicit Lent(Prepared own) : own_(std::make_unique<Prepared>(std::move(own))) {}
  Lent(Lent&& other) noexcept
      : kept_(std::exchange(other.kept_, nullptr)), own_(std::move(other.own_)) {}
  Lent& operator=(Lent&&) = delete;
  ~Lent() {
    if (kept_ != nullptr) kept_->is_lent = false;
  }
  Prepared* operator->() const { return kept_ != nullptr ? kept_ : own_.get(); }

 private:
  Prepared* kept_ = nullptr;
  std::unique_ptr<Prepared> own_;  // where the kept one is in use further up the stack
};

// While the server is asked.
class Connection::Waiting {
 public:
  explicit Waiting(Connection& connection) : connection_(connection) {
    connection_.waits_since_ns_ = steady_clock::now().time_since_epoch().count();
  }
  ~Waiting() {
    std::lock_guard lock(connection_.waiting_mutex_);
    connection_.waits_since_ns_ = 0;
  }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

 private:
  Connection& connection_;
};

Connection::~Connection() {
  index_.clear();
  prepared_.clear();
  if (socket_ >= 0) close(socket_);
}

Result<std::unique_ptr<Connection>> Connection::open(const Server& server,
                                                     const ConnectionOptions& options) {
  Error last = internal_error("no host is named");
  for (const auto& host : server.hosts) {
    std::unique_ptr<Connection> connection(new Connection(options));
    auto connected = connection->connect(server, host);
    if (connected) return connection;
    last = std::move(connected.error());
  }
  return fail(std::move(last));
}

Result<void> Connection::connect(const Server& server, const Host& host) {
  // The library is not made ready by several threads at once.
  static int ready = mysql_library_init(0, nullptr, nullptr);
  if (ready != 0) return fail(internal_error("mysql_library_init failed"));
  host_ = host;
  handle_.reset(mysql_init(nullptr));
  if (!handle_) return fail(internal_error("mysql_init failed"));
  auto* handle = handle_.get();
  auto timeout_s = static_cast<unsigned>(
      std::max<std::int64_t>(1, (options_.connect_timeout.count() + 999) / 1000));
  mysql_options(handle, MYSQL_OPT_CONNECT_TIMEOUT, &timeout_s);
  // Else "localhost" is a socket in a folder of its own choice, whatever the port.
  unsigned protocol = MYSQL_PROTOCOL_TCP;
  mysql_options(handle, MYSQL_OPT_PROTOCOL, &protocol);
  mysql_options(handle, MYSQL_SET_CHARSET_NAME, "utf8mb4");
  if (options_.answer_timeout.count() > 0) {
    auto answer_s = static_cast<unsigned>(options_.answer_timeout.count());
    mysql_options(handle, MYSQL_OPT_READ_TIMEOUT, &answer_s);
    mysql_options(handle, MYSQL_OPT_WRITE_TIMEOUT, &answer_s);
  }
  my_bool no = 0;
  my_bool is_enforced = options_.tls != MysqlTls::off;
  my_bool is_verified = options_.tls == MysqlTls::verified;
  mysql_options(handle, MYSQL_OPT_RECONNECT, &no);
  mysql_options(handle, MYSQL_OPT_SSL_ENFORCE, &is_enforced);
  mysql_options(handle, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &is_verified);
  unsigned no_files = 0;
  mysql_options(handle, MYSQL_OPT_LOCAL_INFILE, &no_files);
  if (!options_.ca_file.empty()) mysql_options(handle, MYSQL_OPT_SSL_CA, options_.ca_file.c_str());
  {
    Waiting waiting(*this);
    if (mysql_real_connect(handle, host.name.c_str(), server.user.c_str(), server.password.c_str(),
                           server.database.c_str(), host.port, nullptr,
                           CLIENT_FOUND_ROWS | CLIENT_MULTI_STATEMENTS) == nullptr) {
      auto error = mysql_error(mysql_errno(handle), ::mysql_error(handle), to_string(host));
      if (error.code == ErrorCode::internal) {
        error.code = ErrorCode::unavailable;
        error.message = "The database cannot be reached; try again";
      }
      error.retry_after_s = 1;
      return fail(std::move(error));
    }
  }
  // The library enforces nothing where the server offers no TLS.
  if (options_.tls != MysqlTls::off && mysql_get_ssl_cipher(handle) == nullptr)
    return fail(ErrorCode::unavailable, "The database cannot be reached; try again",
                to_string(host) + " offers no TLS, which database.tls requires");
  return configure(server);
}

Result<void> Connection::configure(const Server& server) {
  watch_socket(mysql_get_socket(handle_.get()));
  socket_ = fcntl(mysql_get_socket(handle_.get()), F_DUPFD_CLOEXEC, 0);
  is_mariadb_ = mariadb_connection(handle_.get()) != 0;
  TRY_VOID(run_text(
      std::string(session_settings).append(is_mariadb_ ? mariadb_settings : mysql_settings)));
  if (!server.must_be_writable || server.hosts.size() < 2) return {};
  TRY(bool is_refused, is_read_only());
  if (!is_refused) return {};
  return fail(ErrorCode::unavailable, "The database cannot be reached; try again",
              to_string(host_) + " may only be read");
}

Result<bool> Connection::is_read_only() {
  TRY(auto answer, ask("SELECT @@global.read_only"));
  return answer != "0" && answer != "OFF";
}

Result<std::int64_t> Connection::execute_span(std::string_view sql,
                                              std::span<const SqlValue> parameters) {
  return run(sql, parameters, nullptr);
}

Result<void> Connection::query_span(std::string_view sql, std::span<const SqlValue> parameters,
                                    const EachRow& each) {
  bool is_locked = kind_ == TransactionKind::contended_write && is_select(sql) &&
                   sql.find(" FOR UPDATE") == std::string_view::npos;
  auto done = is_locked ? run(std::string(sql) + " FOR UPDATE", parameters, &each)
                        : run(sql, parameters, &each);
  if (!done) return fail(std::move(done.error()));
  return {};
}

Result<void> Connection::check_goes_on() const {
  if (trouble_ != Trouble::none) return fail(trouble_error_);
  if (context_ != nullptr) return context_->check();
  return {};
}

Result<std::int64_t> Connection::run(std::string_view sql, std::span<const SqlValue> parameters,
                                     const EachRow* each) {
  TRY_VOID(check_goes_on());
  TRY_VOID(free_for_another());
  if (options_.on_statement && !is_hook_running_) {
    is_hook_running_ = true;
    options_.on_statement(*this, sql, parameters);
    is_hook_running_ = false;
  }
  auto started = steady_clock::now();
  TRY(auto statement, start(sql, parameters));
  std::int64_t changed = 0;
  if (statement->kinds.empty()) {
    changed = static_cast<std::int64_t>(mysql_stmt_affected_rows(statement->statement.get()));
    has_answered_ = true;
  } else {
    Rows rows(statement->statement.get(), statement->kinds);
    Result<void> given;
    if (each != nullptr) given = give_rows(sql, rows, *each);
    Waiting waiting(*this);
    rows.finish();
    TRY_VOID(std::move(given));
  }
  if (options_.on_timed) options_.on_timed(*this, sql, steady_clock::now() - started);
  return changed;
}

// Executes the statement; one that the server has forgotten is prepared again.
Result<Connection::Lent> Connection::start(std::string_view sql,
                                           std::span<const SqlValue> parameters) {
  for (bool is_again = false;; is_again = true) {
    {
      TRY(auto lent, lend(sql));
      auto* statement = lent->statement.get();
      auto expected = mysql_stmt_param_count(statement);
      if (expected != parameters.size())
        return fail(internal_error(std::to_string(parameters.size()) + " parameters given for " +
                                   std::to_string(expected) + " in: " + std::string(sql)));
      BoundValues bound(parameters);
      if (!parameters.empty() && mysql_stmt_bind_param(statement, bound.binds()) != 0)
        return failed(statement, sql);
      Waiting waiting(*this);
      if (mysql_stmt_execute(statement) == 0) {
        // MySQL 9 tells the columns only now.
        if (lent->kinds.empty()) lent->kinds = column_kinds(statement);
        return lent;
      }
      auto code = mysql_stmt_errno(statement);
      bool is_forgotten = code == ER_UNKNOWN_STMT_HANDLER || code == ER_NEED_REPREPARE;
      if (is_again || !is_forgotten) return failed(statement, sql);
    }
    forget(sql);  // which is not lent any more
  }
}

Result<void> Connection::give_rows(std::string_view sql, Rows& rows, const EachRow& each) {
  for (;;) {
    auto next = [&] {
      Waiting waiting(*this);
      return rows.next();
    }();
    if (!next) return failed(next.error(), ::mysql_error(handle_.get()), sql);
    has_answered_ = true;
    if (*next == nullptr) return {};
    rows_ = rows.is_streaming() ? &rows : nullptr;
    auto forget_rows = [](Rows** place) { *place = nullptr; };
    std::unique_ptr<Rows*, decltype(forget_rows)> until_taken(&rows_);  // also where it throws
    TRY_VOID(each(**next));
  }
}

Result<void> Connection::free_for_another() {
  if (rows_ == nullptr) return {};
  auto* rows = std::exchange(rows_, nullptr);
  Waiting waiting(*this);
  auto kept = rows->keep_rest();
  if (!kept) return failed(kept.error(), ::mysql_error(handle_.get()), {});
  return {};
}

Result<Connection::Lent> Connection::lend(std::string_view sql) {
  if (auto found = index_.find(sql); found != index_.end()) {
    auto entry = found->second;
    prepared_.splice(prepared_.begin(), prepared_, entry);
    if (!entry->is_lent) return Lent(&*entry);
    TRY(auto own, prepare(sql));
    return Lent(std::move(own));
  }
  TRY(auto made, prepare(sql));
  prepared_.push_front(std::move(made));
  index_.emplace(prepared_.front().sql, prepared_.begin());
  while (prepared_.size() > statements_max && !prepared_.back().is_lent) {
    index_.erase(prepared_.back().sql);
    prepared_.pop_back();
  }
  return Lent(&prepared_.front());
}

Result<Connection::Prepared> Connection::prepare(std::string_view sql) {
  StatementPointer statement(mysql_stmt_init(handle_.get()));
  if (!statement) return fail(internal_error("mysql_stmt_init failed"));
  Waiting waiting(*this);
  if (mysql_stmt_prepare(statement.get(), sql.data(), sql.size()) != 0)
    return failed(statement.get(), sql);
  auto kinds = column_kinds(statement.get());
  return Prepared{
      .sql = std::string(sql), .statement = std::move(statement), .kinds = std::move(kinds)};
}

void Connection::forget(std::string_view sql) {
  auto found = index_.find(sql);
  if (found == index_.end() || found->second->is_lent) return;
  auto entry = found->second;
  index_.erase(found);
  prepared_.erase(entry);
}

Result<void> Connection::begin(TransactionKind kind, const CallContext* context) {
  kind_ = kind;
  trouble_ = Trouble::none;
  has_answered_ = false;
  context_ = context;
  if (kind == TransactionKind::read)
    return run_text("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
  return run_text("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; START TRANSACTION");
}

// A transaction that has come so far is not given up for its deadline.
Result<void> Connection::commit() {
  context_ = nullptr;
  is_committing_ = true;
  auto done = run_text("COMMIT");
  is_committing_ = false;
  TRY_VOID(std::move(done));
  if (kind_ != TransactionKind::read) note_position();
  return {};
}

void Connection::rollback() {
  context_ = nullptr;
  auto trouble = trouble_;
  auto error = trouble_error_;
  if (trouble_ != Trouble::lost && !run_text("ROLLBACK")) trouble = Trouble::lost;
  if (trouble_ != Trouble::lost) trouble_ = trouble;
  trouble_error_ = std::move(error);
}

Result<void> Connection::run_text(std::string_view sql) {
  auto* handle = handle_.get();
  Waiting waiting(*this);
  int code = mysql_real_query(handle, sql.data(), sql.size());
  for (;;) {
    if (code > 0) return failed(mysql_errno(handle), ::mysql_error(handle), sql);
    if (MYSQL_RES* rows = mysql_store_result(handle); rows != nullptr) mysql_free_result(rows);
    code = mysql_next_result(handle);
    if (code < 0) return {};
  }
}

Result<std::string> Connection::ask(const std::string& sql) {
  auto* handle = handle_.get();
  Waiting waiting(*this);
  if (mysql_real_query(handle, sql.data(), sql.size()) != 0)
    return failed(mysql_errno(handle), ::mysql_error(handle), sql);
  MYSQL_RES* rows = mysql_store_result(handle);
  if (rows == nullptr) return std::string();
  std::string answer;
  MYSQL_ROW row = mysql_fetch_row(rows);
  if (row != nullptr && row[0] != nullptr) answer.assign(row[0], mysql_fetch_lengths(rows)[0]);
  mysql_free_result(rows);
  return answer;
}

std::unexpected<Error> Connection::failed(unsigned code, std::string_view words,
                                          std::string_view sql) {
  auto error = mysql_error(code, words, sql);
  auto trouble = trouble_of(code);
  if (code == ER_QUERY_INTERRUPTED) {
    if (context_ != nullptr)
      if (auto over = context_->check(); !over) return fail(over.error());
    // Somebody else's doing. A commit may have come to its end nevertheless.
    trouble = is_committing_ ? Trouble::lost : Trouble::contended;
  }
  if (trouble != Trouble::none && trouble_ == Trouble::none) {
    trouble_ = trouble;
    trouble_error_ = error;
  }
  // What was broken off for a call that is over fails as the call does.
  if (trouble == Trouble::lost && context_ != nullptr)
    if (auto over = context_->check(); !over) return fail(over.error());
  return fail(std::move(error));
}

std::unexpected<Error> Connection::failed(MYSQL_STMT* statement, std::string_view sql) {
  return failed(mysql_stmt_errno(statement), mysql_stmt_error(statement), sql);
}

// The server tells it with its answer to the commit.
void Connection::note_position() {
  const char* data = nullptr;
  std::size_t length = 0;
  auto type = is_mariadb_ ? SESSION_TRACK_SYSTEM_VARIABLES : SESSION_TRACK_GTIDS;
  bool is_position = !is_mariadb_;
  int code = mysql_session_track_get_first(handle_.get(), type, &data, &length);
  for (; code == 0; code = mysql_session_track_get_next(handle_.get(), type, &data, &length)) {
    std::string_view text(data, length);
    if (is_position) {
      last_position_ = text;
      return;
    }
    is_position = text == "last_gtid";
  }
}

std::optional<steady_clock::time_point> Connection::waits_since() const {
  steady_clock::duration since(waits_since_ns_.load());
  return since.count() == 0 ? std::nullopt : std::optional(steady_clock::time_point(since));
}

void Connection::while_waiting(const std::function<void()>& kill) {
  std::lock_guard lock(waiting_mutex_);
  if (waits_since_ns_ != 0) kill();
}

void Connection::break_off() { shutdown(socket_, SHUT_RDWR); }

}  // namespace aiva::mysql
