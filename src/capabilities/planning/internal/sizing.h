#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/planning/guide.h"
#include "capabilities/planning/types.h"
#include "foundation/result.h"

namespace aiva::planning {

// A load that is whole: what was not given stands where the highest given figure does among the
// tiers.
struct WholeLoad {
  Tier tier = Tier::small;
  std::string tier_reason{};
  Load load{};
};

// Fails with `invalid` where nothing is given.
Result<WholeLoad> complete_load(const GivenLoad& given);

// Cores in use at the wanted load, by what uses them.
struct CpuUse {
  double reads = 0;
  double writes = 0;
  double searches = 0;
  double chats = 0;
  double calls = 0;
  double documents = 0;

  [[nodiscard]] double api() const { return reads + writes + searches + chats; }
  [[nodiscard]] double total() const { return api() + calls + documents; }
};
CpuUse cpu_of(const Load& load, const Wish& wish, const Measurement& measured,
              const Habits& habits);

// What goes through the installation in a second, at its busiest.
struct Rates {
  double searches = 0;
  double turns = 0;
  double commits = 0;
};
Rates rates_of(const Load& load, const Habits& habits);

// Gigabytes on disk, the growth of so many months included.
struct Storage {
  double documents = 0;
  double rows = 0;  // and indexes
  double images = 0;
  double recordings = 0;
  double growth_documents = 0;  // files that come
  double growth_rows = 0;       // of those documents
  double growth_chats = 0;      // of conversations

  [[nodiscard]] double files() const { return documents + images + recordings + growth_documents; }
  [[nodiscard]] double passages() const { return rows + growth_rows; }
  [[nodiscard]] double all_rows() const { return passages() + growth_chats; }
  [[nodiscard]] double total() const { return files() + all_rows(); }
};
Storage storage_of(const Load& load, const Wish& wish, const Measurement& measured,
                   const Habits& habits);

// Megabytes of one process that does everything, or of its parts.
struct Memory {
  double program = 0;
  double voices = 0;
  double index = 0;
  double chats = 0;
  double calls = 0;
  double readers = 0;
  double images = 0;
  double pages = 0;  // of rows, in the page cache
  double system = 500;

  [[nodiscard]] double total() const {
    return program + voices + index + chats + calls + readers + images + pages + system;
  }
};

// One machine of a kind, or several.
struct Group {
  std::string role{};  // all | api | worker | bridge | mysql | redis | balancer
  double count = 0;
  double cores = 0;      // of each, wanted
  double memory_gb = 0;  // the same
  MachinePrice machine{};
  std::string why{};
};

struct DatabaseSize {
  double buffer_pool_gb = 0;
  double connections = 0;
  double replicas = 0;
};

struct RedisSize {
  double values_mb = 0;
  double maxmemory_gb = 0;
  bool is_cluster = false;
  double guide_vectors_gb = 0;  // S78: 6 KB a passage
};

struct Sizing {
  WholeLoad whole{};
  CpuUse cpu{};
  double cores_wanted = 0;
  Rates rates{};
  Storage storage{};
  double disk_wanted_gb = 0;
  Memory memory{};
  double memory_wanted_gb = 0;
  std::string spread_reason{};  // empty: one machine does
  std::vector<Group> groups{};
  DatabaseSize database{};
  RedisSize redis{};
  double network_mbit_s = 0;
  double documents_at_a_time = 1;
  bool fits_measured_machine = false;  // alone
};

// All numbers of a plan. Fails where no machine of the table is large enough.
Result<Sizing> size_up(const Wish& wish, const Measurement& measured, const PriceTable& prices);

}  // namespace aiva::planning
