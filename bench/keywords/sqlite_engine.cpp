#include <sqlite3.h>

#include <cstdlib>

#include "corpus.h"
#include "engine.h"

namespace aiva::bench {
namespace {

void check(bool is_good) {
  if (!is_good) std::abort();
}

class SqliteEngine final : public Engine {
 public:
  SqliteEngine() { check(sqlite3_open(":memory:", &db_) == SQLITE_OK); }
  ~SqliteEngine() override {
    sqlite3_finalize(search_);
    sqlite3_close(db_);
  }
  [[nodiscard]] std::string name() const override { return "SQLite FTS5, ORDER BY rank"; }
  void build(const Texts& texts) override {
    run("CREATE VIRTUAL TABLE t USING fts5(body, content='', tokenize='unicode61')");
    run("BEGIN");
    auto* insert = prepare("INSERT INTO t (rowid, body) VALUES (?, ?)");
    for (std::size_t row = 0; row < texts.size(); ++row) {
      sqlite3_bind_int64(insert, 1, static_cast<sqlite3_int64>(row) + 1);
      bind(insert, 2, texts[row]);
      check(sqlite3_step(insert) == SQLITE_DONE);
      sqlite3_reset(insert);
    }
    sqlite3_finalize(insert);
    run("COMMIT");
    run("INSERT INTO t (t) VALUES ('optimize')");
    search_ = prepare("SELECT rowid FROM t WHERE t MATCH ? ORDER BY rank LIMIT ?");
  }
  [[nodiscard]] std::size_t bytes() const override {
    auto* sum = prepare("SELECT sum(length(block)) FROM t_data");
    check(sqlite3_step(sum) == SQLITE_ROW);
    auto bytes = static_cast<std::size_t>(sqlite3_column_int64(sum, 0));
    sqlite3_finalize(sum);
    return bytes;
  }
  std::vector<std::uint32_t> search(const std::string& query, std::size_t count_max) override {
    std::string match;
    for (auto word : split_text(query))
      match.append(match.empty() ? "\"" : " OR \"").append(word).push_back('"');
    bind(search_, 1, match);
    sqlite3_bind_int64(search_, 2, static_cast<sqlite3_int64>(count_max));
    std::vector<std::uint32_t> rows;
    while (sqlite3_step(search_) == SQLITE_ROW)
      rows.push_back(static_cast<std::uint32_t>(sqlite3_column_int64(search_, 0) - 1));
    sqlite3_reset(search_);
    return rows;
  }

 private:
  static void bind(sqlite3_stmt* statement, int number, const std::string& text) {
    sqlite3_bind_text(statement, number, text.data(), static_cast<int>(text.size()),
                      SQLITE_TRANSIENT);
  }
  void run(const char* sql) const {
    check(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
  }
  [[nodiscard]] sqlite3_stmt* prepare(const char* sql) const {
    sqlite3_stmt* statement = nullptr;
    check(sqlite3_prepare_v2(db_, sql, -1, &statement, nullptr) == SQLITE_OK);
    return statement;
  }

  sqlite3* db_ = nullptr;
  sqlite3_stmt* search_ = nullptr;
};

}  // namespace

std::unique_ptr<Engine> make_sqlite_engine() { return std::make_unique<SqliteEngine>(); }

}  // namespace aiva::bench
