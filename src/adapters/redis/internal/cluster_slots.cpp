#include "adapters/redis/internal/cluster_slots.h"

#include <algorithm>
#include <charconv>

namespace aiva::redis {
namespace {

using Kind = RedisReply::Kind;

constexpr std::size_t masters_max = 1000;

std::optional<Address> read_node(const RedisReply& node, const Address& asked) {
  if (node.kind != Kind::list || node.list.size() < 2) return std::nullopt;
  const auto& host = node.list[0];
  const auto& port = node.list[1];
  bool is_named = host.kind == Kind::text && !host.text.empty() && host.text != "?";
  if (port.kind != Kind::integer || port.integer <= 0 || port.integer > 65535) return std::nullopt;
  return Address{is_named ? host.text : asked.host, static_cast<std::uint16_t>(port.integer)};
}

bool is_slot(const RedisReply& reply) {
  return reply.kind == Kind::integer && reply.integer >= 0 && reply.integer < slot_count;
}

}  // namespace

std::optional<ClusterSlots> ClusterSlots::parse(const RedisReply& reply, const Address& asked) {
  if (reply.kind != Kind::list || reply.list.empty()) return std::nullopt;
  ClusterSlots slots;
  for (const auto& range : reply.list) {
    if (range.kind != Kind::list || range.list.size() < 3) return std::nullopt;
    if (!is_slot(range.list[0]) || !is_slot(range.list[1])) return std::nullopt;
    auto master = read_node(range.list[2], asked);
    if (!master) return std::nullopt;
    for (auto slot = range.list[0].integer; slot <= range.list[1].integer; ++slot)
      slots.set_owner(static_cast<std::uint16_t>(slot), *master);
  }
  return slots;
}

const Address* ClusterSlots::owner(std::uint16_t slot) const {
  auto place = owners_[slot];
  return place == nobody ? nullptr : &masters_[place];
}

void ClusterSlots::set_owner(std::uint16_t slot, const Address& address) {
  owners_[slot] = place_of(address);
}

std::uint16_t ClusterSlots::place_of(const Address& address) {
  auto found = std::ranges::find(masters_, address);
  if (found != masters_.end()) return static_cast<std::uint16_t>(found - masters_.begin());
  if (masters_.size() == masters_max) return nobody;
  masters_.push_back(address);
  return static_cast<std::uint16_t>(masters_.size() - 1);
}

std::optional<Redirection> parse_redirection(std::string_view error, const Address& asked) {
  Redirection redirection{.is_moved = error.starts_with("MOVED ")};
  if (!redirection.is_moved && !error.starts_with("ASK ")) return std::nullopt;
  error.remove_prefix(error.find(' ') + 1);
  auto space = error.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  auto [end, failure] = std::from_chars(error.data(), error.data() + space, redirection.slot);
  if (failure != std::errc() || end != error.data() + space || redirection.slot >= slot_count)
    return std::nullopt;
  auto where = error.substr(space + 1);
  auto to =
      parse_address(where.starts_with(':') ? asked.host + std::string(where) : std::string(where));
  if (!to) return std::nullopt;
  redirection.to = std::move(*to);
  return redirection;
}

}  // namespace aiva::redis
