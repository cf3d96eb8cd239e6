#include "adapters/sqlite/sqlite_database.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "adapters/sqlite/checkpointer.h"
#include "adapters/sqlite/connection.h"
#include "adapters/sqlite/group_writer.h"
#include "adapters/sqlite/measures.h"
#include "foundation/thread_pool.h"

namespace aiva {
namespace {

constexpr int log_pages_folded = 1000;  // in the background
// While writes come without a pause the background never gets to the log's end, from where it is
// used again; then the writer itself folds what little is left.
constexpr int log_pages_max = 8000;

// Connections that read, as many as there are reader threads, so that one is always free.
class ReaderConnections {
 public:
  ReaderConnections(std::vector<std::unique_ptr<Connection>> free, SqliteMeasures& measures)
      : free_(std::move(free)), measures_(measures) {}

  Result<void> read(const CallContext& context, const Database::Body& body) {
    auto begun = std::chrono::steady_clock::now();
    auto connection = take();
    measures_.begin_work();
    connection->watch(&context);
    auto outcome = read_with(*connection, body);
    connection->watch(nullptr);
    measures_.end_work();
    measures_.note_read(begun);
    std::lock_guard lock(mutex_);
    free_.push_back(std::move(connection));
    return outcome;
  }

 private:
  std::unique_ptr<Connection> take() {
    std::lock_guard lock(mutex_);
    AIVA_ASSERT(!free_.empty());
    auto connection = std::move(free_.back());
    free_.pop_back();
    return connection;
  }

  static Result<void> read_with(Connection& connection, const Database::Body& body) {
    TRY_VOID(connection.execute("BEGIN DEFERRED"));
    auto outcome = run_body(connection, body);
    if (!connection.is_in_transaction()) return outcome;
    connection.watch(nullptr);
    auto ended = connection.execute("COMMIT");
    if (!ended) std::ignore = connection.execute("ROLLBACK");
    if (!outcome) return outcome;
    TRY_VOID(std::move(ended));
    return {};
  }

  static Result<void> run_body(Connection& connection, const Database::Body& body) {
    try {
      return body(connection);
    } catch (const std::exception& error) {
      return fail(internal_error(std::string("a read threw: ") + error.what()));
    } catch (...) {
      return fail(internal_error("a read threw"));
    }
  }

  std::mutex mutex_;
  std::vector<std::unique_ptr<Connection>> free_;
  SqliteMeasures& measures_;
};

// A read that waits for a thread until it is taken up, or given up.
class WaitingRead {
 public:
  explicit WaitingRead(SqliteMeasures& measures) : measures_(&measures) { measures.begin_wait(); }
  WaitingRead(WaitingRead&& other) noexcept
      : measures_(std::exchange(other.measures_, nullptr)), since_(other.since_) {}
  ~WaitingRead() {
    if (measures_ != nullptr) measures_->give_up_wait();
  }
  WaitingRead& operator=(WaitingRead&&) = delete;

  void end() { std::exchange(measures_, nullptr)->end_wait(since_); }

 private:
  SqliteMeasures* measures_;
  SqliteMeasures::Instant since_ = std::chrono::steady_clock::now();
};

// What is measured, and where it is shown when nobody looks.
struct Measuring {
  explicit Measuring(const SqliteOptions& options)
      : own(options.metrics == nullptr ? std::make_unique<Metrics>() : nullptr),
        measures(own ? *own : *options.metrics, options.reader_threads + 1) {}

  std::unique_ptr<Metrics> own;
  SqliteMeasures measures;
};

class SqliteDatabase final : public Database {
 public:
  // What each thread has its connection from.
  struct Connections {
    std::unique_ptr<Connection> writer;
    std::unique_ptr<Connection> checkpointer;
    std::vector<std::unique_ptr<Connection>> readers;
  };
  SqliteDatabase(std::unique_ptr<Measuring> measuring, Connections connections,
                 const SqliteOptions& options)
      : measuring_(std::move(measuring)),
        checkpointer_(std::move(connections.checkpointer)),
        writer_(folding(std::move(connections.writer)), options.queue_max, measuring_->measures),
        readers_(std::move(connections.readers), measuring_->measures),
        reader_pool_({.name = "db-read",
                      .threads = options.reader_threads,
                      .queue_max = options.queue_max}) {}

  Task<Result<void>> run_read(CallContext context, Body body) override {
    WaitingRead waiting(measuring_->measures);
    auto job = [this, context, body = std::move(body), waiting = std::move(waiting)]() mutable {
      waiting.end();
      return readers_.read(context, body);
    };
    auto task = run_on(reader_pool_, context, std::move(job));
    auto outcome = co_await std::move(task);
    co_return outcome;
  }

  Task<Result<void>> run_write(CallContext context, Body body) override {
    return writer_.write(std::move(context), std::move(body));
  }

 private:
  // The writer, which has its log folded.
  std::unique_ptr<Connection> folding(std::unique_ptr<Connection> writer) {
    writer->on_commit([this, connection = writer.get()](int pages) {
      if (pages >= log_pages_max)
        connection->checkpoint();
      else if (pages >= log_pages_folded)
        checkpointer_.wake();
    });
    return writer;
  }

  // Destroyed from the last to the first, so that a connection that may write closes last and folds
  // the log into the file.
  std::unique_ptr<Measuring> measuring_;
  Checkpointer checkpointer_;
  GroupWriter writer_;
  ReaderConnections readers_;
  ThreadPool reader_pool_;
};

}  // namespace

Result<std::unique_ptr<Database>> make_sqlite_database(SqliteOptions options) {
  options.reader_threads = std::max<std::size_t>(options.reader_threads, 1);
  bool is_new = !std::filesystem::exists(options.path);
  auto measuring = std::make_unique<Measuring>(options);
  auto& measures = measuring->measures;
  SqliteDatabase::Connections connections;
  TRY(connections.writer, Connection::open(options, ConnectionMode::writes, measures));
  if (is_new) {
    std::error_code ignored;
    std::filesystem::permissions(
        options.path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write,
        ignored);
  }
  TRY(connections.checkpointer, Connection::open(options, ConnectionMode::writes, measures));
  for (std::size_t i = 0; i < options.reader_threads; ++i) {
    TRY(auto reader, Connection::open(options, ConnectionMode::reads, measures));
    connections.readers.push_back(std::move(reader));
  }
  return std::make_unique<SqliteDatabase>(std::move(measuring), std::move(connections), options);
}

Task<Result<void>> check_integrity(Database& database, CallContext context) {
  auto body = [](SqlSession& session) -> Result<std::string> {
    std::string findings;
    TRY_VOID(session.query("PRAGMA integrity_check(20)", {},
                           [&findings](const SqlRow& row) -> Result<void> {
                             if (row.text(0) != "ok") findings.append(row.text(0)).append("; ");
                             return {};
                           }));
    TRY_VOID(session.query(
        "PRAGMA foreign_key_check", {}, [&findings](const SqlRow& row) -> Result<void> {
          if (findings.size() < 2000)
            findings.append("dangling reference in ").append(row.text(0)) += "; ";
          return {};
        }));
    return findings;
  };
  auto task = read(database, context, body);
  CO_TRY(auto findings, co_await std::move(task));
  if (!findings.empty()) co_return fail(internal_error("the database is damaged: " + findings));
  co_return Result<void>();
}

}  // namespace aiva
