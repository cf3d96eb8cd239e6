#pragma once

#include <string>
#include <string_view>

#include "capabilities/agents/types.h"

namespace aiva::http {

// The chat page of an agent: plain HTML whose script and style are files of this server. What is
// the agent's stands in attributes, escaped.
std::string chat_page_html(const agents::ActiveAgent& agent);

// Appends the attributes of the root of a page in a language: which, and which way it runs.
void append_language(std::string& page, std::string_view language);

// The policy of that page and of the one that calls (https://www.w3.org/TR/CSP3/): nothing from
// elsewhere but pictures, nothing inline, and only the agent's origins may show it in a frame.
std::string chat_page_policy(const agents::WidgetSettings& widget);

}  // namespace aiva::http
