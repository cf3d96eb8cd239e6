#pragma once

#include <cstddef>
#include <functional>
#include <string_view>
#include <vector>

#include "app/config.h"
#include "app/parts.h"
#include "faces/worker/worker.h"

namespace aiva::app {

// Builds what conversations need. Wants everything else to be built; the cache is null where this
// process is alone.
void build_chat(Parts& parts, Cache* shared_cache,
                std::function<std::size_t(std::string_view)> count_tokens);

// What is to be done for them now and then.
std::vector<worker::Chore> chat_chores(const Config& config, Parts& parts);

}  // namespace aiva::app
