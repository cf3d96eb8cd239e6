#include "capabilities/chat/pricing.h"

#include <algorithm>

namespace aiva::chat {

billing::MicroUsd price_of(std::span<const ModelPrice> prices, std::string_view model,
                           const ChatUsage& usage) {
  const ModelPrice* best = nullptr;
  for (const auto& price : prices) {
    if (!model.starts_with(price.prefix)) continue;
    if (best == nullptr || price.prefix.size() > best->prefix.size()) best = &price;
  }
  if (best == nullptr) return 0;
  auto cached = std::min(usage.cached_tokens, usage.input_tokens);
  auto nano_usd = (usage.input_tokens - cached) * best->nano_usd_per_input_token +
                  cached * best->nano_usd_per_cached_token +
                  usage.output_tokens * best->nano_usd_per_output_token;
  return (nano_usd + 999) / 1000;
}

}  // namespace aiva::chat
