#include "adapters/job_table/schedule_table.h"

#include <utility>

#include "foundation/time.h"

namespace aiva {
namespace {

using std::chrono::milliseconds;

struct ScheduleRow {
  std::int64_t generation = 0;
  UnixMs expires_at = 0;
  UnixMs due_at = 0;

  [[nodiscard]] bool is_free(UnixMs now) const { return due_at <= now && expires_at <= now; }
};

Result<std::optional<ScheduleRow>> find(SqlSession& sql, const std::string& name) {
  std::optional<ScheduleRow> found;
  TRY_VOID(sql.query("SELECT generation, expires_at, due_at FROM schedule_leases WHERE name = ?",
                     {name}, [&found](const SqlRow& row) -> Result<void> {
                       found = ScheduleRow{.generation = row.integer(0),
                                           .expires_at = row.integer(1),
                                           .due_at = row.integer(2)};
                       return {};
                     }));
  return found;
}

// What another process has changed since the row was read changes nothing here.
Result<std::optional<ScheduleTurn>> take_row(SqlSession& sql, ScheduleTurn turn, UnixMs now,
                                             UnixMs expires_at) {
  TRY(auto row, find(sql, turn.name));
  if (row && !row->is_free(now)) return std::nullopt;
  if (!row) {
    turn.generation = 1;
    auto added = sql.execute(
        "INSERT INTO schedule_leases (name, holder, generation, expires_at) VALUES (?, ?, 1, ?)",
        {turn.name, turn.holder, expires_at});
    if (!added && added.error().code == ErrorCode::conflict) return std::nullopt;
    TRY_VOID(std::move(added));
    return turn;
  }
  turn.generation = row->generation + 1;
  TRY(auto changed,
      sql.execute("UPDATE schedule_leases SET holder = ?, generation = ?, "
                  "expires_at = ? WHERE name = ? AND generation = ?",
                  {turn.holder, turn.generation, expires_at, turn.name, row->generation}));
  if (changed == 0) return std::nullopt;
  return turn;
}

Result<void> must_be_ours(std::int64_t changed) {
  if (changed == 1) return {};
  return fail(ErrorCode::conflict, "Another process has taken the schedule over");
}

class ScheduleTable final : public ScheduleLeases {
 public:
  ScheduleTable(Database& database, const Clock& clock) : database_(database), clock_(clock) {}

  // Idle processes ask often: a look without the writer's lock keeps that cheap.
  Task<Result<std::optional<ScheduleTurn>>> take(CallContext context, std::string name,
                                                 std::string holder, milliseconds lease) override {
    auto now = clock_.unix_ms();
    auto look = read(database_, context, [&](SqlSession& sql) -> Result<bool> {
      TRY(auto row, find(sql, name));
      return !row || row->is_free(now);
    });
    CO_TRY(bool is_free, co_await std::move(look));
    if (!is_free) co_return std::optional<ScheduleTurn>();
    ScheduleTurn turn{.name = std::move(name), .holder = std::move(holder)};
    auto taking =
        write(database_, context, [&](SqlSession& sql) -> Result<std::optional<ScheduleTurn>> {
          return take_row(sql, turn, now, now + lease.count());
        });
    auto taken = co_await std::move(taking);
    co_return taken;
  }

  Task<Result<void>> prolong(CallContext context, ScheduleTurn turn, milliseconds lease) override {
    auto expires_at = clock_.unix_ms() + lease.count();
    auto prolonging = write(database_, context, [&](SqlSession& sql) -> Result<void> {
      TRY(auto changed, sql.execute("UPDATE schedule_leases SET expires_at = ? "
                                    "WHERE name = ? AND holder = ? AND generation = ?",
                                    {expires_at, turn.name, turn.holder, turn.generation}));
      return must_be_ours(changed);
    });
    auto outcome = co_await std::move(prolonging);
    co_return outcome;
  }

  Task<Result<void>> finish(CallContext context, ScheduleTurn turn,
                            milliseconds until_next) override {
    auto due_at = clock_.unix_ms() + until_next.count();
    auto finishing = write(database_, context, [&](SqlSession& sql) -> Result<void> {
      TRY(auto changed, sql.execute("UPDATE schedule_leases SET holder = '', expires_at = 0, "
                                    "due_at = ? WHERE name = ? AND holder = ? AND generation = ?",
                                    {due_at, turn.name, turn.holder, turn.generation}));
      return must_be_ours(changed);
    });
    auto outcome = co_await std::move(finishing);
    co_return outcome;
  }

 private:
  Database& database_;
  const Clock& clock_;
};

}  // namespace

std::unique_ptr<ScheduleLeases> make_schedule_table(Database& database, const Clock& clock) {
  return std::make_unique<ScheduleTable>(database, clock);
}

}  // namespace aiva
