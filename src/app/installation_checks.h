#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/config.h"
#include "capabilities/checkup/finding.h"
#include "foundation/result.h"
#include "foundation/time.h"
#include "ports/database.h"

namespace aiva::app {

// What the checklist before launch (S199) asks of a configuration and of this machine. None reads
// or shows a secret's text.
checkup::Finding check_transport(const Config& config);
checkup::Finding check_limits(const Config& config);
checkup::Finding check_secrets(const Config& config);
checkup::Finding check_master_key(const Config& config, const std::filesystem::path& folder);
checkup::Finding check_sync(const Config& config);
checkup::Finding check_log_level(const Config& config);
checkup::Finding check_sharing(const Config& config);
checkup::Finding check_chat_model(const Config& config);

// Of the volume of the data folder (S149), and of the machine's memory (S147, S148); shares of 1.
checkup::Finding judge_disk(double used, double free_gb);
checkup::Finding check_disk_use(const std::filesystem::path& folder);
checkup::Finding judge_memory(double used, double total_gb);
checkup::Finding check_memory();

// What adjtimex() answered: whether the kernel knows that the clock is right.
checkup::Finding judge_clock(int state);
checkup::Finding check_clock();

// The newest backup's moment; nothing where there is none.
checkup::Finding judge_backups(std::optional<UnixMs> newest, UnixMs now);
// Of the place that was given; empty: none was.
checkup::Finding check_backups(const Config& config, const std::string& place);

// The indexes the guide asks for (S124–S128), by the names the database has.
checkup::Finding judge_indexes(const std::vector<std::string>& names);
checkup::Finding check_indexes(Database& database);

// Whether the database server allows the pool's connections (S68–S70).
checkup::Finding judge_pool(std::int64_t pool_max, std::int64_t connections_max);
checkup::Finding check_pool(const Config& config, Database& database);

}  // namespace aiva::app
