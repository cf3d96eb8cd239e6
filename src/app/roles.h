#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "app/config.h"

namespace aiva::app {

// What a process does besides answering /livez, /readyz, /health and /metrics.
struct Duties {
  bool has_api = false;    // the whole HTTP contract; needs an index of passages
  bool has_calls = false;  // calls: AudioSocket, RTP, ARI, WebSockets, campaigns; needs an index
  bool has_jobs = false;   // leases jobs, delivers webhooks, does the chores of the fleet

  [[nodiscard]] bool has_index() const { return has_api || has_calls; }
};

// One line of the table of roles.
struct RoleRow {
  std::string_view role;  // as in server.role
  Duties duties;
};
const std::vector<RoleRow>& all_roles();

// Of the configured role.
Duties duties_of(const Config& config);

// Whether the rows lie in the data folder, so that its locks tell who else works with them.
bool has_rows_in_folder(const Config& config);

// Whether no other process leases jobs or does chores of the fleet: who has the role `all` has the
// lock of the folder with the rows.
bool is_alone_at_work(const Config& config);

// Where an index of this process is kept; empty where none searches it: the first process that
// opens a folder writes there, and that is to be one that searches.
std::filesystem::path index_folder(const Config& config, const std::filesystem::path& folder,
                                   std::string_view name);

// Names the leases of this process: unlike those of every other process and start. What comes
// before the last "/" is worker.name, where it is set, and stays.
std::string worker_name(const Config& config);

}  // namespace aiva::app
