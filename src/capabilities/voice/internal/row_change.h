#pragma once

#include <functional>
#include <utility>

#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/clock.h"
#include "ports/database.h"

namespace aiva::voice {

// How a row of some kind is found, changed, judged and written; each may be called again.
template <class Row>
struct RowChange {
  std::function<Result<Row>(SqlSession&)> get;
  std::function<Result<void>(Row&)> change;
  std::function<Result<void>(Row&)> check;  // also puts right what may not change
  std::function<Result<void>(SqlSession&, const Row&)> put;
};

// Changes a row in one transaction; answers it as it is then. Fails as the steps do, and nothing is
// changed. What the steps refer to outlives the task.
template <class Row>
Task<Result<Row>> change_row(Database& database, const Clock& clock, CallContext context,
                             RowChange<Row> steps) {
  auto writing = write(database, context, [&](SqlSession& sql) -> Result<Row> {
    TRY(auto row, steps.get(sql));
    TRY_VOID(steps.change(row));
    TRY_VOID(steps.check(row));
    row.updated_at = clock.unix_ms();
    TRY_VOID(steps.put(sql, row));
    return row;
  });
  auto row = co_await std::move(writing);
  co_return row;
}

}  // namespace aiva::voice
