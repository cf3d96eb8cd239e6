#include "adapters/redis/internal/vectors/state.h"

#include <algorithm>
#include <charconv>

namespace aiva::redis {
namespace {

constexpr std::size_t fields = 5;

std::optional<std::int64_t> read_number(std::string_view text) {
  std::int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

std::string_view cut(std::string_view& text, char separator) {
  auto at = text.find(separator);
  auto part = text.substr(0, at);
  text = at == std::string_view::npos ? std::string_view() : text.substr(at + 1);
  return part;
}

}  // namespace

bool VectorState::has_hidden_rows() const {
  return is_cleaning || is_writing ||
         std::ranges::any_of(sets, [](const auto& set) { return set.dead > 0; });
}

bool VectorState::shows_the_same_as(const VectorState& other) const {
  return version == other.version && epoch == other.epoch && is_cleaning == other.is_cleaning &&
         sets == other.sets;
}

RedisCommand ask_for_state(const VectorKeys& keys) {
  return {"HMGET", keys.state(), "version", "epoch", "writing", "cleaning", "sets"};
}

std::optional<VectorState> read_state(const RedisReply& reply) {
  if (reply.kind != RedisReply::Kind::list || reply.list.size() != fields) return std::nullopt;
  auto version = read_number(reply.list[0].text);
  auto epoch = read_number(reply.list[1].text);
  auto sets = read_sets(reply.list[4].text);
  if (!version || !epoch || !sets) return std::nullopt;
  return VectorState{.version = *version,
                     .epoch = *epoch,
                     .is_writing = reply.list[2].text == "1",
                     .is_cleaning = reply.list[3].text == "1",
                     .sets = std::move(*sets)};
}

std::string write_sets(const std::vector<VectorSet>& sets) {
  std::string text;
  for (const auto& set : sets) {
    if (!text.empty()) text += ',';
    text +=
        set.id + ":" + set.tag + ":" + std::to_string(set.rows) + ":" + std::to_string(set.dead);
  }
  return text;
}

std::optional<std::vector<VectorSet>> read_sets(std::string_view text) {
  std::vector<VectorSet> sets;
  while (!text.empty()) {
    auto entry = cut(text, ',');
    VectorSet set;
    set.id = cut(entry, ':');
    set.tag = cut(entry, ':');
    auto rows = read_number(cut(entry, ':'));
    auto dead = read_number(entry);
    if (set.id.empty() || !rows || !dead) return std::nullopt;
    set.rows = *rows;
    set.dead = *dead;
    sets.push_back(std::move(set));
  }
  return sets;
}

}  // namespace aiva::redis
