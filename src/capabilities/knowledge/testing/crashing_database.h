#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "ports/database.h"

namespace aiva::knowledge {

// A database whose process dies at a chosen moment: from then on every call fails. What was
// committed before stays, in the database it wraps.
class CrashingDatabase final : public Database {
 public:
  enum class Moment {
    statement,      // instead of the n-th writing statement, inside its transaction
    before_commit,  // the n-th transaction is rolled back
    after_commit,   // the n-th transaction is committed, but nobody hears of it
  };

  explicit CrashingDatabase(Database& inner) : inner_(inner) {}

  void crash_at(Moment moment, int count) {
    moment_ = moment;
    left_ = count;
  }
  // The next process: everything works, nothing is armed.
  void restart() {
    left_ = 0;
    is_dead_ = false;
  }
  [[nodiscard]] bool is_dead() const { return is_dead_; }
  // Since the start.
  [[nodiscard]] int statements() const { return statements_; }
  [[nodiscard]] int transactions() const { return transactions_; }

  Task<Result<void>> run_read(CallContext context, Body body) override {
    if (is_dead_) co_return dead();
    auto reading = inner_.run_read(std::move(context), std::move(body));
    auto outcome = co_await std::move(reading);
    co_return outcome;
  }

  Task<Result<void>> run_write(CallContext context, Body body) override {
    if (is_dead_) co_return dead();
    Body watched = [this, &body](SqlSession& inner) -> Result<void> {
      Session session(*this, inner);
      TRY_VOID(body(session));
      if (strikes(Moment::before_commit)) return dead();
      return {};
    };
    auto writing = inner_.run_write(std::move(context), std::move(watched));
    auto outcome = co_await std::move(writing);
    ++transactions_;
    if (outcome && strikes(Moment::after_commit)) co_return dead();
    co_return outcome;
  }

 private:
  class Session final : public SqlSession {
   public:
    Session(CrashingDatabase& owner, SqlSession& inner) : owner_(owner), inner_(inner) {}
    [[nodiscard]] SqlDialect dialect() const override { return inner_.dialect(); }
    Result<std::int64_t> execute_span(std::string_view sql,
                                      std::span<const SqlValue> parameters) override {
      ++owner_.statements_;
      if (owner_.strikes(Moment::statement)) return dead();
      return inner_.execute_span(sql, parameters);
    }
    Result<void> query_span(std::string_view sql, std::span<const SqlValue> parameters,
                            const EachRow& each) override {
      return inner_.query_span(sql, parameters, each);
    }

   private:
    CrashingDatabase& owner_;
    SqlSession& inner_;
  };

  bool strikes(Moment moment) {
    if (is_dead_) return true;
    if (moment != moment_ || left_ == 0 || --left_ > 0) return false;
    is_dead_ = true;
    return true;
  }
  static std::unexpected<Error> dead() {
    return fail(ErrorCode::unavailable, "The process is dead");
  }

  Database& inner_;
  std::atomic<Moment> moment_ = Moment::statement;
  std::atomic<int> left_ = 0;
  std::atomic<bool> is_dead_ = false;
  std::atomic<int> statements_ = 0;
  std::atomic<int> transactions_ = 0;
};

}  // namespace aiva::knowledge
