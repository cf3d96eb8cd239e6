#pragma once

#include <optional>
#include <string>
#include <vector>

#include "capabilities/planning/types.h"

namespace aiva::planning {

// What a model is asked at the busiest moment, and in a month.
struct ModelDemand {
  UsedModel model{};
  double requests_a_minute = 0;
  double tokens_a_minute = 0;
  double input_tokens_a_month = 0;
  double output_tokens_a_month = 0;
  double minutes_a_month = 0;  // of calls
};

std::vector<ModelDemand> model_demands(const Wish& wish, const Load& load, const Habits& habits);

// The lowest tier of the provider that allows it with the headroom; null where none does.
const ModelTier* find_model_tier(const PriceTable& prices, const ModelDemand& demand,
                                 double headroom);

// The price whose name is the longest beginning of the model's; null: the table has none.
const ModelPrice* find_model_price(const PriceTable& prices, const std::string& model);

// What a month of it costs; nothing where the table has no price.
std::optional<double> month_of(const PriceTable& prices, const ModelDemand& demand);

}  // namespace aiva::planning
