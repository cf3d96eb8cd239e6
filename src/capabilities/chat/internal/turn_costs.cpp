#include "capabilities/chat/internal/turn_costs.h"

#include <string>
#include <utility>
#include <vector>

#include "capabilities/billing/prices.h"
#include "foundation/json_writer.h"

namespace aiva::chat {

billing::MicroUsd price_of_work(const ChatSettings& settings, std::string_view provider,
                                std::string_view model, const ChatUsage& usage) {
  return settings.price_of ? settings.price_of(provider, model, usage) : 0;
}

billing::Hold hold_of(const ChatParts& parts, const ChatSettings& settings, const TurnInput& input,
                      std::optional<ApiKeyId> key) {
  billing::Hold hold{.operation = "chat",
                     .reference = input.answer.to_string(),
                     .amount = search::search_balance_min,
                     .key = key};
  if (input.agent) hold.agent = input.agent->id;
  if (input.wants_images && !input.images.empty()) hold.amount += billing::prices::image;
  if (input.wants_products && parts.find_products) hold.amount += billing::prices::search;
  if (parts.model == nullptr) return hold;
  auto tokens = settings.passage_tokens_max + input.history_tokens_max +
                settings.count_tokens(input.question) +
                settings.count_tokens(input.manner.instructions);
  ChatUsage most{.input_tokens = static_cast<std::int64_t>(tokens),
                 .output_tokens = input.manner.tokens_max};
  hold.amount += price_of_work(settings, settings.provider, input.manner.model, most);
  return hold;
}

Result<billing::MicroUsd> settle_answer(SqlSession& sql, billing::Billing& billing, TenantId tenant,
                                        std::optional<ApiKeyId> key, const Answer& answer) {
  std::vector<billing::Charge> charges;
  auto reference = answer.message.to_string();
  for (const auto& operation : answer.operations) {
    if (operation.base_cost == 0) continue;
    std::string details;
    JsonWriter(details)
        .begin_object()
        .field("session_id", answer.session)
        .field("model", answer.model)
        .field("input_tokens", answer.input_tokens)
        .field("output_tokens", answer.output_tokens)
        .end_object();
    charges.push_back({.operation = operation.operation,
                       .reference = reference,
                       .base = operation.base_cost,
                       .details = std::move(details),
                       .model = answer.model,
                       .agent = answer.agent,
                       .key = key});
  }
  return billing.settle(sql, tenant, reference, charges);
}

}  // namespace aiva::chat
