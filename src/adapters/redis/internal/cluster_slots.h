#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "adapters/redis/internal/address.h"
#include "adapters/redis/internal/hash_slot.h"
#include "adapters/redis/redis.h"

namespace aiva::redis {

// Which master has which slot of a cluster.
class ClusterSlots {
 public:
  // Reads the answer to CLUSTER SLOTS; a node that does not say its host is at `asked`'s. Nothing
  // when it makes no sense.
  static std::optional<ClusterSlots> parse(const RedisReply& reply, const Address& asked);

  // Null when nobody has it.
  [[nodiscard]] const Address* owner(std::uint16_t slot) const;
  void set_owner(std::uint16_t slot, const Address& address);
  [[nodiscard]] const std::vector<Address>& masters() const { return masters_; }

 private:
  static constexpr std::uint16_t nobody = 0xFFFF;
  std::uint16_t place_of(const Address& address);

  std::vector<Address> masters_;
  std::vector<std::uint16_t> owners_ = std::vector<std::uint16_t>(slot_count, nobody);
};

// Where a MOVED or ASK error points to.
struct Redirection {
  bool is_moved = false;  // for good; else for this command only
  std::uint16_t slot = 0;
  Address to{};
};
std::optional<Redirection> parse_redirection(std::string_view error, const Address& asked);

}  // namespace aiva::redis
