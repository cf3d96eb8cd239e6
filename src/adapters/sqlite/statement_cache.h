#pragma once

#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "foundation/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace aiva {

// The prepared statements of one connection, keyed by their text; the least recently used go first.
// Used by one thread at a time.
class StatementCache {
 public:
  StatementCache(sqlite3* database, std::size_t statements_max)
      : database_(database), statements_max_(statements_max) {}
  ~StatementCache();
  StatementCache(const StatementCache&) = delete;
  StatementCache& operator=(const StatementCache&) = delete;

 private:
  struct Entry {
    std::string sql;
    sqlite3_stmt* statement = nullptr;
    bool is_lent = false;
  };

 public:
  // A statement lent out: ready to bind; given back, reset, by the destructor.
  class Lease {
   public:
    Lease(sqlite3_stmt* statement, Entry* entry) : statement_(statement), entry_(entry) {}
    Lease(Lease&& other) noexcept;
    Lease& operator=(Lease&&) = delete;
    ~Lease();
    [[nodiscard]] sqlite3_stmt* get() const { return statement_; }

   private:
    sqlite3_stmt* statement_;
    Entry* entry_;  // null: not cached, because the cached one is in use further up the stack
  };

  // Lends the statement of `sql`, prepared now when it was not. Text behind the first statement is
  // an error.
  Result<Lease> lend(std::string_view sql);

 private:
  Result<sqlite3_stmt*> prepare(std::string_view sql, bool is_kept);
  void evict();

  sqlite3* database_;
  std::size_t statements_max_;
  std::list<Entry> entries_;  // most recently used first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> index_;
};

}  // namespace aiva
