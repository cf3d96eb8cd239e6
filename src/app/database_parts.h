#pragma once

#include <filesystem>
#include <memory>

#include "adapters/mysql/mysql_database.h"
#include "app/config.h"
#include "foundation/metrics.h"
#include "foundation/result.h"
#include "ports/database.h"
#include "ports/signals.h"

namespace aiva::app {

// What the configuration tells of MySQL.
MysqlOptions mysql_options_of(const Config::Database& database);

// Opens the database of the configuration, SQLite's file in the folder where it names none, and
// brings its schema to this version. Fails with a sentence for the operator, and for one in which a
// move or a restore has not come to its end. Borrows the metrics, and the signals to other
// processes; null: there are none.
Result<std::unique_ptr<Database>> open_database(const Config& config,
                                                const std::filesystem::path& folder,
                                                Metrics& metrics, Signals* signals);

}  // namespace aiva::app
