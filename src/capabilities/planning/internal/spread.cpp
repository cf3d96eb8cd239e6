#include "capabilities/planning/internal/spread.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace aiva::planning {
namespace {

constexpr double api_nodes_min = 2;        // S174
constexpr double redis_cluster_nodes = 6;  // S101
constexpr double mb_per_connection = 4;
constexpr double bases_of_turn_reads = 6;  // statements that read, of a chat turn

double nodes_for(double cores, double cores_each, double least) {
  return std::max(least, std::ceil(cores / cores_each));
}

Result<void> add_group(Sizing& sizing, const PriceTable& prices, Group group) {
  auto machine = find_machine(prices, group.cores, group.memory_gb);
  if (!machine)
    return fail(ErrorCode::invalid,
                fmt::format("No machine of the price table has {:.0f} cores and {:.0f} GB for {}",
                            group.cores, group.memory_gb, group.role));
  group.machine = *machine;
  sizing.groups.push_back(std::move(group));
  return {};
}

double keep_free(double wanted, const Wish& wish) { return wanted / (1 - wish.headroom); }

}  // namespace

std::optional<MachinePrice> find_machine(const PriceTable& prices, double cores, double memory_gb) {
  const MachinePrice* best = nullptr;
  for (const auto& machine : prices.machines) {
    if (machine.cores < cores || machine.memory_gb < memory_gb) continue;
    if (best == nullptr || machine.month < best->month) best = &machine;
  }
  return best == nullptr ? std::nullopt : std::optional(*best);
}

Result<void> add_processes(Sizing& sizing, const Wish& wish, const PriceTable& prices) {
  const auto& habits = prices.habits;
  const auto& memory = sizing.memory;
  double each = habits.api_node_cores;
  double api = std::ceil(keep_free(sizing.cpu.api(), wish));
  double api_nodes = nodes_for(api, each, api_nodes_min);
  double api_mb = memory.program + memory.index + memory.system + memory.chats / api_nodes;
  TRY_VOID(add_group(sizing, prices,
                     {.role = "api",
                      .count = api_nodes,
                      .cores = std::min(each, std::max(1.0, std::ceil(api / api_nodes))),
                      .memory_gb = keep_free(api_mb / 1000, wish),
                      .why = fmt::format("{:.1f} cores of work, the index on each, at least two "
                                         "so that one may stop (S174)",
                                         sizing.cpu.api())}));
  double work = std::ceil(keep_free(sizing.cpu.documents, wish));
  double workers = nodes_for(work, each, api_nodes_min);
  double worker_mb = memory.program + memory.system +
                     std::ceil(sizing.documents_at_a_time / workers) * habits.reader_mb +
                     memory.images;
  TRY_VOID(add_group(sizing, prices,
                     {.role = "worker",
                      .count = workers,
                      .cores = std::min(each, std::max(1.0, std::ceil(work / workers))),
                      .memory_gb = keep_free(worker_mb / 1000, wish),
                      .why = fmt::format("{:.2f} cores of documents; one takes up what the other "
                                         "left (S176)",
                                         sizing.cpu.documents)}));
  const auto& load = sizing.whole.load;
  if (load.calls <= 0) return {};
  double voice = std::ceil(keep_free(sizing.cpu.calls, wish));
  double bridges = std::max(nodes_for(voice, each, api_nodes_min),
                            std::ceil(load.calls / habits.calls_a_bridge));
  double bridge_mb =
      memory.program + memory.voices + memory.index + memory.system + memory.calls / bridges;
  return add_group(sizing, prices,
                   {.role = "bridge",
                    .count = bridges,
                    .cores = std::min(each, std::max(1.0, std::ceil(voice / bridges))),
                    .memory_gb = keep_free(bridge_mb / 1000, wish),
                    .why = fmt::format("{:.0f} calls, {:.2f} cores; at most {:.0f} calls each",
                                       load.calls, sizing.cpu.calls, habits.calls_a_bridge)});
}

Result<void> add_stores(Sizing& sizing, const Wish& wish, const PriceTable& prices) {
  const auto& habits = prices.habits;
  double reads = sizing.rates.searches + sizing.rates.turns * bases_of_turn_reads;
  double cores = keep_free(
      (sizing.rates.commits * habits.write_statement_ms + reads * habits.read_statement_ms) / 1000,
      wish);
  double memory = sizing.database.buffer_pool_gb * 1.25 +
                  sizing.database.connections * mb_per_connection / 1000 + 1;
  TRY_VOID(add_group(sizing, prices,
                     {.role = "mysql",
                      .count = 1 + sizing.database.replicas,
                      .cores = std::max(2.0, std::ceil(cores)),
                      .memory_gb = memory,
                      .why = fmt::format("a primary and {:.0f} replicas: {:.0f} commits/s "
                                         "(S101, S177)",
                                         sizing.database.replicas, sizing.rates.commits)}));
  const auto& redis = sizing.redis;
  double nodes = redis.is_cluster ? redis_cluster_nodes : 2;
  double share = redis.is_cluster ? redis.maxmemory_gb / 3 : redis.maxmemory_gb;
  TRY_VOID(add_group(sizing, prices,
                     {.role = "redis",
                      .count = nodes,
                      .cores = 1,
                      .memory_gb = share * 1.5,
                      .why = redis.is_cluster ? "a cluster above 10 GB (S80)"
                                              : "one and its replica; requests go on without it"}));
  return add_group(sizing, prices,
                   {.role = "balancer",
                    .count = 2,
                    .cores = 1,
                    .memory_gb = 1,
                    .why = "nginx or HAProxy, twice (S173); or the provider's"});
}

}  // namespace aiva::planning
