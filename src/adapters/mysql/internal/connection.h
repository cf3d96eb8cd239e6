#pragma once

#include <mariadb/mysql.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "adapters/mysql/internal/result_codes.h"
#include "adapters/mysql/internal/server.h"
#include "adapters/mysql/internal/statement.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::mysql {

enum class TransactionKind {
  read,            // one snapshot
  write,           // serialisable: what is read stays as it was until the commit
  contended_write  // the same; what is read is locked as if it were to be written
};

struct ConnectionOptions {
  std::chrono::milliseconds connect_timeout{2000};
  std::chrono::seconds answer_timeout{0};  // of each statement; 0: none
  MysqlTls tls = MysqlTls::off;
  std::filesystem::path ca_file{};
  // Told of each statement that ran, and how long it took.
  std::function<void(const SqlSession& session, std::string_view sql,
                     std::chrono::nanoseconds took)>
      on_timed{};
  std::function<void(SqlSession&, std::string_view sql, std::span<const SqlValue>)> on_statement{};
};

// One open connection, used by one thread at a time.
class Connection final : public SqlSession {
 public:
  // Connects to the first host that answers, and that may be written to where that is asked for.
  static Result<std::unique_ptr<Connection>> open(const Server& server,
                                                  const ConnectionOptions& options);
  ~Connection() override;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  [[nodiscard]] SqlDialect dialect() const override { return SqlDialect::mysql; }
  // Between begin() and the end. Once a failure has ended the transaction, or the call is over,
  // they fail without asking the server.
  Result<std::int64_t> execute_span(std::string_view sql,
                                    std::span<const SqlValue> parameters) override;
  Result<void> query_span(std::string_view sql, std::span<const SqlValue> parameters,
                          const EachRow& each) override;

  // `context` is borrowed until the end: no statement starts once it is over.
  Result<void> begin(TransactionKind kind, const CallContext* context);
  Result<void> commit();
  void rollback();
  // What went wrong since begin(), and the failure that said so.
  [[nodiscard]] Trouble trouble() const { return trouble_; }
  [[nodiscard]] const Error& trouble_error() const { return trouble_error_; }
  // Whether the body has seen an answer since begin().
  [[nodiscard]] bool has_answered() const { return has_answered_; }
  // What the server calls the transaction committed last, in its log; empty without a log.
  [[nodiscard]] const std::string& last_position() const { return last_position_; }

  // The text of the first column of the first row, outside of transactions. Nothing is prepared.
  Result<std::string> ask(const std::string& sql);

  // Whether the server refuses changes; outside of transactions.
  Result<bool> is_read_only();
  // Of the connection, for KILL; and where it leads.
  [[nodiscard]] unsigned long id() const { return mysql_thread_id(handle_.get()); }
  [[nodiscard]] const Host& host() const { return host_; }
  [[nodiscard]] bool is_mariadb() const { return is_mariadb_; }
  // Any thread: since when a statement waits for the server, if one does.
  [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> waits_since() const;
  // Any thread: whether it is the commit that waits, which nobody should interrupt.
  [[nodiscard]] bool is_committing() const { return is_committing_; }
  // Any thread: runs `kill` while the statement that waits now cannot end, if there is one.
  void while_waiting(const std::function<void()>& kill);
  // Any thread: breaks the connection; what waits for an answer fails.
  void break_off();

 private:
  struct CloseHandle {
    void operator()(MYSQL* handle) const { mysql_close(handle); }
  };
  struct Prepared {
    std::string sql;
    StatementPointer statement;
    std::vector<ColumnKind> kinds;
    bool is_lent = false;
  };
  class Lent;
  class Waiting;

  explicit Connection(const ConnectionOptions& options) : options_(options) {}
  Result<void> connect(const Server& server, const Host& host);
  Result<void> configure(const Server& server);
  Result<void> check_goes_on() const;
  Result<Lent> lend(std::string_view sql);
  Result<Prepared> prepare(std::string_view sql);
  void forget(std::string_view sql);
  Result<Lent> start(std::string_view sql, std::span<const SqlValue> parameters);
  Result<std::int64_t> run(std::string_view sql, std::span<const SqlValue> parameters,
                           const EachRow* each);
  Result<void> give_rows(std::string_view sql, Rows& rows, const EachRow& each);
  Result<void> free_for_another();
  Result<void> run_text(std::string_view sql);
  std::unexpected<Error> failed(unsigned code, std::string_view words, std::string_view sql);
  std::unexpected<Error> failed(MYSQL_STMT* statement, std::string_view sql);
  void note_position();

  ConnectionOptions options_;
  Host host_;
  bool is_mariadb_ = true;
  std::unique_ptr<MYSQL, CloseHandle> handle_;
  int socket_ = -1;  // a copy of its socket, which stays open when the library closes its own
  std::list<Prepared> prepared_;  // most recently used first
  std::unordered_map<std::string_view, std::list<Prepared>::iterator> index_;

  const CallContext* context_ = nullptr;
  TransactionKind kind_ = TransactionKind::read;
  Trouble trouble_ = Trouble::none;
  Error trouble_error_{};
  bool has_answered_ = false;
  bool is_hook_running_ = false;
  Rows* rows_ = nullptr;  // that the server still sends
  std::string last_position_;

  std::atomic<bool> is_committing_ = false;
  std::mutex waiting_mutex_;
  std::atomic<std::int64_t> waits_since_ns_ = 0;  // of the steady clock; 0: nothing waits
};

}  // namespace aiva::mysql
