#include "capabilities/planning/internal/model_use.h"

namespace aiva::planning {
namespace {

constexpr double million = 1e6;
constexpr double chunks_a_request = 100;  // texts embedded at a time

double busy_minutes_a_month(const Habits& habits) {
  return habits.busy_hours * 60 * habits.busy_share * habits.days_a_month;
}

ModelDemand chat_demand(const Load& load, const Habits& habits) {
  ModelDemand demand;
  demand.requests_a_minute = load.chats * habits.turns_a_minute * habits.model_calls_a_turn;
  demand.tokens_a_minute = demand.requests_a_minute * (habits.input_tokens + habits.output_tokens);
  double calls = demand.requests_a_minute * busy_minutes_a_month(habits);
  demand.input_tokens_a_month = calls * habits.input_tokens;
  demand.output_tokens_a_month = calls * habits.output_tokens;
  return demand;
}

ModelDemand embedding_demand(const Load& load, const Habits& habits) {
  double searches = (load.rps * 60 * habits.search_share + load.chats * habits.turns_a_minute) *
                    (1 - habits.kept_answers_share);
  double chunks = load.documents_a_day * habits.chunks_a_document / (habits.busy_hours * 60);
  ModelDemand demand;
  demand.requests_a_minute = searches + chunks / chunks_a_request;
  demand.tokens_a_minute = searches * habits.query_tokens + chunks * habits.chunk_tokens;
  double searched = searches * busy_minutes_a_month(habits);
  double read = load.documents_a_day * habits.chunks_a_document * habits.days_a_month;
  demand.input_tokens_a_month = searched * habits.query_tokens + read * habits.chunk_tokens;
  return demand;
}

// Calls take connections, not requests.
ModelDemand call_demand(const Load& load, const Habits& habits) {
  ModelDemand demand;
  demand.minutes_a_month = load.calls * busy_minutes_a_month(habits);
  return demand;
}

ModelDemand moderation_demand(const Load& load, const Habits& habits) {
  ModelDemand demand;
  demand.requests_a_minute = load.chats * habits.turns_a_minute;
  demand.tokens_a_minute = demand.requests_a_minute * habits.query_tokens;
  demand.input_tokens_a_month = demand.tokens_a_minute * busy_minutes_a_month(habits);
  return demand;
}

ModelDemand demand_of(ModelUse use, const Load& load, const Habits& habits) {
  switch (use) {
    case ModelUse::chat: return chat_demand(load, habits);
    case ModelUse::embedding: return embedding_demand(load, habits);
    case ModelUse::realtime:
    case ModelUse::recognition: return call_demand(load, habits);
    case ModelUse::moderation: return moderation_demand(load, habits);
  }
  return {};
}

}  // namespace

std::vector<ModelDemand> model_demands(const Wish& wish, const Load& load, const Habits& habits) {
  std::vector<ModelDemand> demands;
  for (const auto& model : wish.models) {
    auto demand = demand_of(model.use, load, habits);
    demand.model = model;
    demands.push_back(std::move(demand));
  }
  return demands;
}

const ModelTier* find_model_tier(const PriceTable& prices, const ModelDemand& demand,
                                 double headroom) {
  for (const auto& tier : prices.model_tiers) {
    bool has_requests = demand.requests_a_minute <= tier.requests * (1 - headroom);
    bool has_tokens = demand.tokens_a_minute <= tier.tokens * (1 - headroom);
    if (has_requests && has_tokens) return &tier;
  }
  return nullptr;
}

const ModelPrice* find_model_price(const PriceTable& prices, const std::string& model) {
  const ModelPrice* best = nullptr;
  for (const auto& price : prices.models) {
    if (!model.starts_with(price.model)) continue;
    if (best == nullptr || price.model.size() > best->model.size()) best = &price;
  }
  return best;
}

std::optional<double> month_of(const PriceTable& prices, const ModelDemand& demand) {
  const auto* price = find_model_price(prices, demand.model.name);
  if (price == nullptr) return std::nullopt;
  return demand.input_tokens_a_month / million * price->input_million +
         demand.output_tokens_a_month / million * price->output_million +
         demand.minutes_a_month * price->minute;
}

}  // namespace aiva::planning
