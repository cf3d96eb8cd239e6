#pragma once

#include <optional>
#include <string>
#include <vector>

#include "adapters/redis/internal/vectors/keys.h"
#include "adapters/redis/redis.h"

namespace aiva::redis {

// What Redis shows of a knowledge base. It never comes back to a state it has left.
struct VectorState {
  std::int64_t version = 0;  // of the knowledge base's rows
  Epoch epoch = 0;           // the change that led there; rows of later ones are not shown
  bool is_writing = false;   // a later change is under way, or was given up
  bool is_cleaning = false;  // of what that change replaced, some may still be there
  std::vector<VectorSet> sets{};

  bool operator==(const VectorState&) const = default;
  // Whether a set may have rows that are not shown.
  [[nodiscard]] bool has_hidden_rows() const;
  // Whether a search made with one is as good as with the other.
  [[nodiscard]] bool shows_the_same_as(const VectorState& other) const;
};

// The command that asks for it, and its answer: nothing when there is none, or a malformed one.
RedisCommand ask_for_state(const VectorKeys& keys);
std::optional<VectorState> read_state(const RedisReply& reply);

std::string write_sets(const std::vector<VectorSet>& sets);
// `id:tag:rows:dead,…`; nothing when it is malformed.
std::optional<std::vector<VectorSet>> read_sets(std::string_view text);

}  // namespace aiva::redis
