#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/search/synonyms.h"
#include "foundation/call_context.h"
#include "foundation/lru_cache.h"
#include "foundation/metrics.h"
#include "foundation/task.h"
#include "ports/chat_model.h"

namespace aiva::search {

// What is searched for besides a question itself.
struct Expansion {
  std::string keywords{};                 // more words, for the keyword list alone
  std::vector<std::string> rewordings{};  // the question in other words, for both lists
  std::int64_t input_tokens = 0;          // what the chat model read and wrote for this
  std::int64_t output_tokens = 0;
  bool is_complete = true;  // false: the chat model gave no answer in time

  // Everything of it, a line each.
  [[nodiscard]] std::string to_text() const;
};

struct ExpansionSettings {
  std::shared_ptr<const Synonyms> synonyms{};  // shared with who read them; null: none
  ChatModel* model = nullptr;                  // borrowed; null: nothing is reworded
  std::string model_name{};                    // another one rewords in another way
  std::chrono::milliseconds time_max{2000};    // for rewording; then the question stands alone
  std::size_t rewordings_max = 2;
  double weight = 0.3;  // of a rewording's lists, against 1 of the question's own
  std::chrono::seconds cache_time{3600};
};

// Finds more to search for. What a chat model answers is searched for and nothing else: it is never
// shown, run or given to another model. Any thread.
class QueryExpansion {
 public:
  QueryExpansion(ExpansionSettings settings, Metrics& metrics);

  [[nodiscard]] bool is_on() const {
    return settings_.synonyms != nullptr || settings_.model != nullptr;
  }
  // What the hits of a search depend on by this; empty when it is off.
  [[nodiscard]] std::string form() const;

  // Never fails: without an answer in time there is less to search for.
  Task<Expansion> expand(CallContext context, std::string query);

 private:
  using Rewordings = std::vector<std::string>;

  Task<Rewordings> reword(CallContext context, std::string query, Expansion& expansion);

  ExpansionSettings settings_;
  LruCache<std::string, Rewordings> cache_;  // by tenant and question
  Counter& reworded_;
  Counter& failed_;
};

// The rewordings in a model's answer, one a line: cleaned of list marks, quotes and what means
// something in a query, without repetitions and the question itself.
std::vector<std::string> read_rewordings(std::string_view answer, std::string_view query,
                                         std::size_t count_max);

}  // namespace aiva::search
