#include "adapters/test_database/internal/repeating_database.h"

#include <tuple>
#include <utility>

namespace aiva::test_database {
namespace {

class RepeatingDatabase final : public Database {
 public:
  explicit RepeatingDatabase(std::unique_ptr<Database> database) : database_(std::move(database)) {}

  Task<Result<void>> run_read(CallContext context, Body body) override {
    return database_->run_read(std::move(context), std::move(body));
  }

  Task<Result<void>> run_write(CallContext context, Body body) override {
    Body in_vain = [&body](SqlSession& session) -> Result<void> {
      std::ignore = body(session);
      return fail(ErrorCode::conflict, "undone");
    };
    auto undone = database_->run_write(context, std::move(in_vain));
    std::ignore = co_await std::move(undone);
    auto writing = database_->run_write(context, body);
    auto outcome = co_await std::move(writing);
    co_return outcome;
  }

 private:
  std::unique_ptr<Database> database_;
};

}  // namespace

std::unique_ptr<Database> make_repeating_database(std::unique_ptr<Database> database) {
  return std::make_unique<RepeatingDatabase>(std::move(database));
}

}  // namespace aiva::test_database
