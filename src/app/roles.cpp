#include "app/roles.h"

#include <unistd.h>

#include <algorithm>

#include "foundation/crypto.h"

namespace aiva::app {

const std::vector<RoleRow>& all_roles() {
  static const std::vector<RoleRow> rows{
      {"all", {.has_api = true, .has_calls = true, .has_jobs = true}},
      {"api", {.has_api = true}},
      {"worker", {.has_jobs = true}},
      {"bridge", {.has_calls = true}},
  };
  return rows;
}

Duties duties_of(const Config& config) {
  auto found = std::ranges::find(all_roles(), config.server.role, &RoleRow::role);
  return found == all_roles().end() ? Duties{} : found->duties;
}

bool has_rows_in_folder(const Config& config) { return config.database.url.empty(); }

bool is_alone_at_work(const Config& config) {
  return config.server.role == "all" && has_rows_in_folder(config);
}

std::filesystem::path index_folder(const Config& config, const std::filesystem::path& folder,
                                   std::string_view name) {
  return duties_of(config).has_index() ? folder / name : std::filesystem::path();
}

std::string worker_name(const Config& config) {
  auto own = std::to_string(getpid()) + "-" + random_token(6);
  return config.worker.name.empty() ? own : config.worker.name + "/" + own;
}

}  // namespace aiva::app
