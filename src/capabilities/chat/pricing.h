#pragma once

#include <span>
#include <string_view>

#include "capabilities/chat/settings.h"
#include "ports/chat_model.h"

namespace aiva::chat {

// What the model's work costs before the margin, rounded up; nothing for a model without a price
// (one's own).
billing::MicroUsd price_of(std::span<const ModelPrice> prices, std::string_view model,
                           const ChatUsage& usage);

}  // namespace aiva::chat
