#pragma once

#include <string>

#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::backup {

// A database that is filled where a server may look for it is marked until all is in it.

// Marks the target of a move, which check_target let pass, before it has a schema. The move takes
// the mark away.
Result<void> begin_move(Database& target);
// Marks an empty database, before it has a schema, for the restore of that backup; one that has the
// mark already is taken as it is. Fails with `conflict` for any other. Blocks.
Result<void> begin_restore(Database& target, const std::string& backup);
// Takes the mark away.
Result<void> end_restore(Database& target);

// Fails with `conflict` and a sentence for the operator where a move or a restore into the database
// has not come to its end.
Result<void> check_finished(Database& database);

}  // namespace aiva::backup
