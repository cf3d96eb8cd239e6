#pragma once

#include <string_view>

#include "capabilities/models/types.h"

namespace aiva::models {

// What is known of a provider of that name: where it is, which models it has, how its dialect
// differs. One that is not known speaks OpenAI's dialect, has no address and needs no key.
ProviderSettings known_provider(std::string_view name);

}  // namespace aiva::models
