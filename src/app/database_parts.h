#pragma once

#include <filesystem>
#include <memory>

#include "app/config.h"
#include "foundation/metrics.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::app {

// Whether the rows lie in the data folder, so that whoever holds its lock is alone with them.
bool has_own_rows(const Config& config);

// Opens the database of the configuration, SQLite's file in the folder where it names none, and
// brings its schema to this version. Fails with a sentence for the operator. Borrows the metrics.
Result<std::unique_ptr<Database>> open_database(const Config& config,
                                                const std::filesystem::path& folder,
                                                Metrics& metrics);

}  // namespace aiva::app
