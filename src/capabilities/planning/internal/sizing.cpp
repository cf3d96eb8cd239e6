#include "capabilities/planning/internal/sizing.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "capabilities/planning/internal/spread.h"

namespace aiva::planning {
namespace {

constexpr double users_of_one_machine_max = 1000;  // S172
constexpr double kept_answer_kb = 12;
constexpr double kept_answers_s = 3600;
constexpr double session_kb = 4;
constexpr double vector_kb = 6;          // S78
constexpr double redis_share_max = 0.8;  // S155
constexpr double cluster_above_gb = 10;  // S80
constexpr double pool_min = 20;          // S69
constexpr double connections_to_spare = 20;

double keep_free(double wanted, const Wish& wish) { return wanted / (1 - wish.headroom); }

double round_to(double value, double step) { return std::ceil(value / step) * step; }

Memory memory_of(const Sizing& sizing, const Wish& wish, const Measurement& measured,
                 const Habits& habits) {
  const auto& load = sizing.whole.load;
  const auto& tier = guide_of(sizing.whole.tier);
  double growing =
      load.documents_a_day * habits.chunks_a_document * habits.days_a_month * wish.growth_months;
  Memory memory;
  memory.program = measured.program_memory_mb;
  memory.voices = wish.has_packaged_voices && load.calls > 0 ? habits.packaged_voices_mb : 0;
  memory.index = (load.chunks + growing) * habits.chunk_index_bytes / 1e6;
  memory.chats = load.chats * habits.chat_stream_kb / 1e3;
  memory.calls = load.calls * habits.call_kb / 1e3;
  memory.readers = sizing.documents_at_a_time * habits.reader_mb;
  memory.images = load.images > 0 ? tier.images.from * habits.image_mb : 0;
  memory.pages = sizing.storage.passages() * habits.hot_rows_share * 1000;
  return memory;
}

double network_of(const Load& load, const Wish& wish, const Habits& habits) {
  double kbit = load.rps * habits.answer_kb * 8;
  kbit += load.chats * habits.turns_a_minute / 60 * habits.turn_kb * 8;
  kbit += load.calls * habits.call_kbit_s;
  if (!wish.has_packaged_voices) kbit += load.calls * habits.realtime_kbit_s;
  // Documents come three times as fast in the busiest hour.
  kbit += load.documents_a_day / (habits.busy_hours * 3600) * 3 * habits.document_kb * 8;
  return kbit / 1000;
}

RedisSize redis_of(const Sizing& sizing, const Habits& habits) {
  RedisSize redis;
  double kept =
      sizing.rates.searches * (1 - habits.kept_answers_share) * kept_answers_s * habits.busy_share;
  redis.values_mb = (kept * kept_answer_kb + sizing.whole.load.users * session_kb * 4) / 1000 + 50;
  redis.maxmemory_gb = std::max(0.5, round_to(redis.values_mb / redis_share_max / 1000, 0.5));
  redis.is_cluster = redis.maxmemory_gb > cluster_above_gb;
  redis.guide_vectors_gb = sizing.whole.load.chunks * vector_kb / 1e6;
  return redis;
}

DatabaseSize database_of(const Sizing& sizing, const Habits& habits) {
  DatabaseSize database;
  double hot = sizing.storage.passages() * habits.hot_rows_share;
  database.buffer_pool_gb = std::clamp(round_to(hot, 1), 1.0, 256.0);
  double processes = 0;
  for (const auto& group : sizing.groups)
    if (group.role == "api" || group.role == "worker" || group.role == "bridge")
      processes += group.count;
  database.connections = processes * pool_min + connections_to_spare;
  database.replicas = sizing.whole.tier == Tier::very_large ? 2 : 1;
  return database;
}

std::string reason_to_spread(const Sizing& sizing, const Wish& wish, const Measurement& measured,
                             const PriceTable& prices) {
  const auto& load = sizing.whole.load;
  if (wish.has_failover) return "nothing may stop with one machine (--failover)";
  if (load.users > users_of_one_machine_max)
    return fmt::format("more than {:.0f} users (S172)", users_of_one_machine_max);
  if (sizing.rates.commits > measured.commits_per_second * (1 - wish.headroom))
    return fmt::format("{:.0f} commits/s are wanted, and one disk does {:.0f}",
                       sizing.rates.commits, measured.commits_per_second);
  if (!find_machine(prices, sizing.cores_wanted, sizing.memory_wanted_gb))
    return fmt::format("no machine of the table has {:.0f} cores and {:.0f} GB",
                       sizing.cores_wanted, sizing.memory_wanted_gb);
  return {};
}

Result<void> check_range(const Wish& wish, const PriceTable& prices) {
  if (wish.headroom < 0 || wish.headroom > 0.9)
    return fail(invalid_field("headroom", "must be between 0 and 0.9"));
  if (wish.growth_months < 0 || wish.growth_months > 120)
    return fail(invalid_field("growth_months", "must be between 0 and 120"));
  if (prices.machines.empty()) return fail(invalid_field("machines", "the price table names none"));
  return {};
}

}  // namespace

Result<Sizing> size_up(const Wish& wish, const Measurement& measured, const PriceTable& prices) {
  TRY_VOID(check_range(wish, prices));
  const auto& habits = prices.habits;
  Sizing sizing;
  TRY(sizing.whole, complete_load(wish.load));
  const auto& load = sizing.whole.load;
  sizing.cpu = cpu_of(load, wish, measured, habits);
  sizing.cores_wanted = std::max(1.0, std::ceil(keep_free(sizing.cpu.total(), wish)));
  sizing.rates = rates_of(load, habits);
  sizing.storage = storage_of(load, wish, measured, habits);
  sizing.disk_wanted_gb = std::max(10.0, round_to(keep_free(sizing.storage.total(), wish), 10));
  sizing.documents_at_a_time = std::max(1.0, std::ceil(keep_free(sizing.cpu.documents, wish)));
  sizing.memory = memory_of(sizing, wish, measured, habits);
  sizing.memory_wanted_gb = keep_free(sizing.memory.total() / 1000, wish);
  sizing.network_mbit_s = keep_free(network_of(load, wish, habits), wish);
  sizing.redis = redis_of(sizing, habits);
  sizing.spread_reason = reason_to_spread(sizing, wish, measured, prices);
  if (sizing.spread_reason.empty()) {
    sizing.fits_measured_machine = sizing.cores_wanted <= measured.cores &&
                                   sizing.memory_wanted_gb <= measured.memory_gb &&
                                   sizing.disk_wanted_gb <= measured.disk_free_gb;
    auto machine = find_machine(prices, sizing.cores_wanted, sizing.memory_wanted_gb);
    sizing.groups.push_back({.role = "all",
                             .count = 1,
                             .cores = sizing.cores_wanted,
                             .memory_gb = sizing.memory_wanted_gb,
                             .machine = *machine,
                             .why = "one process does everything"});
    return sizing;
  }
  TRY_VOID(add_processes(sizing, wish, prices));
  sizing.database = database_of(sizing, habits);
  TRY_VOID(add_stores(sizing, wish, prices));
  return sizing;
}

}  // namespace aiva::planning
