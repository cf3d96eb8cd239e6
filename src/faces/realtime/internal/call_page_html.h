#pragma once

#include <string>

#include "capabilities/agents/types.h"

namespace aiva::realtime {

// The page by which visitors call an agent: plain HTML whose scripts and styles are files of this
// server. What is the agent's stands in attributes, escaped.
std::string call_page_html(const agents::ActiveAgent& agent);

}  // namespace aiva::realtime
