#include "capabilities/planning/guide.h"

#include <array>

namespace aiva::planning {
namespace {

constexpr double chunks_a_document = 10;  // S79

constexpr std::array tiers{
    GuideTier{.tier = Tier::small,
              .name = "small",
              .hardware = "4 cores, 8 GB, 100 GB SSD (S89)",
              .processes = "api 1, processing 2 workers (S89)",
              .memory = "8 GB in all (S89)",
              .database = "MySQL, 10 connections (S89)",
              .redis = "2 GB (S89)",
              .network = "100 Mbps (S89)",
              .month = "24 to 40 $ (S91), 30 to 50 $ (S195)",
              .source = "S90",
              .users = {10, 25},
              .rps = {20, 50},
              .chats = {5, 10},
              .calls = {2, 5},
              .documents = {1, 2},
              .images = {1, 1},
              .bases = 10,
              .documents_a_base = 1000,
              .documents_a_day = 200,
              .stored_images = 10'000,
              .tenants = 5,
              .cores = 4,
              .memory_gb = 8,
              .disk_gb = 100},
    GuideTier{.tier = Tier::medium,
              .name = "medium",
              .hardware = "8 cores, 16 GB, 500 GB SSD (S92)",
              .processes = "api 2 behind a balancer, processing 4 workers (S92)",
              .memory = "processing 4, api 2, MySQL 4, Redis 4, rest 2 GB (S94)",
              .database = "MySQL, 20 connections, 4 GB (S92, S94)",
              .redis = "8 GB (S92)",
              .network = "500 Mbps (S92)",
              .month = "96 to 150 $ (S95), 100 to 200 $ (S196)",
              .source = "S93",
              .users = {50, 100},
              .rps = {100, 200},
              .chats = {20, 40},
              .calls = {10, 15},
              .documents = {3, 5},
              .images = {2, 3},
              .bases = 50,
              .documents_a_base = 5000,
              .documents_a_day = 1600,
              .stored_images = 50'000,
              .tenants = 20,
              .cores = 8,
              .memory_gb = 16,
              .disk_gb = 500},
    GuideTier{.tier = Tier::large,
              .name = "large",
              .hardware = "16 cores, 32 GB, 1 TB NVMe (S96), a T4 maybe (S99)",
              .processes = "api 4, processing 8 workers (S96), 2 to 3 bridges (S108)",
              .memory = "processing 12, api 6, MySQL 8, Redis 8, rest 4 GB (S98)",
              .database = "MySQL, 50 connections, 8 GB (S96, S98), replicas maybe (S99)",
              .redis = "16 GB (S96), a cluster maybe (S99)",
              .network = "1 Gbps (S96)",
              .month = "192 to 600 $, GPU 300 to 500 $ more (S100); 500 to 1000 $ (S197)",
              .source = "S97",
              .users = {200, 500},
              .rps = {500, 1000},
              .chats = {100, 200},
              .calls = {30, 50},
              .documents = {8, 12},
              .images = {5, 8},
              .bases = 100,
              .documents_a_base = 20'000,
              .documents_a_day = 2400,
              .stored_images = 200'000,
              .tenants = 100,
              .cores = 16,
              .memory_gb = 32,
              .disk_gb = 1000},
    GuideTier{.tier = Tier::very_large,
              .name = "very-large",
              .hardware = "32 cores and more, 64 GB and more, 2 TB and more, A10 to A100 (S101)",
              .processes = "api 8 and more, processing 16 workers and more (S101)",
              .memory = "64 GB and more (S101)",
              .database = "MySQL primary and replicas (S101), a cluster (S103)",
              .redis = "6 nodes and more (S101)",
              .network = "10 Gbps (S101)",
              .month = "3000 to 5000 $ and more (S104), 1370 to 3270 $ for 1000 users (S188)",
              .source = "S102",
              .users = {1000, 5000},
              .rps = {2000, 5000},
              .chats = {500, 1000},
              .calls = {100, 200},
              .documents = {20, 20},
              .images = {10, 15},
              .bases = 500,
              .documents_a_base = 10'000,
              .documents_a_day = 20'000,
              .stored_images = 2'000'000,
              .tenants = 500,
              .cores = 32,
              .memory_gb = 64,
              .disk_gb = 2000},
};

}  // namespace

std::span<const GuideTier> guide_tiers() { return tiers; }

const GuideTier& guide_of(Tier tier) { return tiers[static_cast<std::size_t>(tier)]; }

std::string_view to_string(Tier tier) { return guide_of(tier).name; }

std::optional<Tier> parse_tier(std::string_view name) {
  for (const auto& tier : tiers)
    if (tier.name == name) return tier.tier;
  return std::nullopt;
}

Load load_of(const GuideTier& tier) {
  return {.users = tier.users.to,
          .rps = tier.rps.to,
          .chats = tier.chats.to,
          .calls = tier.calls.to,
          .documents_a_day = tier.documents_a_day,
          .chunks = tier.bases * tier.documents_a_base * chunks_a_document,
          .images = tier.stored_images,
          .tenants = tier.tenants};
}

}  // namespace aiva::planning
