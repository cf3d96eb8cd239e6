#pragma once

#include <cstdint>
#include <vector>

#include "capabilities/backup/types.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::backup {

struct MoveReport {
  std::int64_t tables = 0;
  std::int64_t rows = 0;
  std::int64_t rows_copied = 0;  // by this run; the rest were there from an earlier one
};

// Whether a move may go into the target: nothing is in it but its schema and what migrations put
// there, or what an unfinished move from this very source did. Else fails with `conflict`. Asked
// before the target's schema is brought forward, and by move_rows again.
Result<void> check_target(Database& source, Database& target);

// Copies all rows from one database into another, which may have another engine, table by table,
// parents first, in batches along the primary key; each batch is one transaction with the place it
// reached, so a killed move goes on there when it is called again. In the end every table of both
// is read and compared. Nobody may write to either meanwhile; both have the same schema. Blocks.
// Fails with `conflict` as check_target does, or for schemas that differ, and `internal` where the
// copied rows are not the source's.
Result<MoveReport> move_rows(Database& source, Database& target, const OnProgress& on_progress);

}  // namespace aiva::backup
