#include "faces/http/endpoints/agent_embed.h"

#include <algorithm>
#include <string_view>

#include "capabilities/agents/settings_json.h"
#include "faces/http/endpoints/html_text.h"
#include "foundation/json.h"

namespace aiva::http {
namespace {

constexpr std::size_t host_bytes_max = 255;

bool is_host(std::string_view text) {
  return !text.empty() && text.size() <= host_bytes_max && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view(".-:[]").contains(c);
  });
}

std::string script_element(const std::string& url, const std::string& slug,
                           const std::string& title, const agents::WidgetSettings& widget) {
  std::string element = "<script";
  append_attribute(element, "src", url + "/aiva/widget.js");
  append_attribute(element, "data-agent", slug);
  append_attribute(element, "data-title", title);
  append_attribute(element, "data-color", widget.accent_color);
  append_attribute(element, "data-position", widget.position);
  if (widget.allows_calls) append_attribute(element, "data-call", "Call");
  return element + " async></script>";
}

std::string frame_element(const std::string& page, const std::string& title, bool may_call) {
  std::string element = "<iframe";
  append_attribute(element, "src", page);
  append_attribute(element, "title", title);
  if (may_call) append_attribute(element, "allow", "microphone; autoplay");
  append_attribute(element, "style", "border:0;width:400px;height:600px");
  return element + "></iframe>";
}

}  // namespace

std::string url_of(const Request& request) {
  auto host = request.header("host");
  if (!is_host(host)) return {};
  return (request.is_secure ? "https://" : "http://") + std::string(host);
}

void write_embed_code(JsonWriter& writer, const agents::Agent& agent, const std::string& url) {
  auto config = json::parse(agent.widget);
  const auto* object = config ? config->if_object() : nullptr;
  auto widget = object == nullptr ? agents::WidgetSettings()
                                  : agents::read_widget(*object).value_or(agents::WidgetSettings());
  const auto& title = widget.title.empty() ? agent.name : widget.title;
  auto page = url + "/aiva/chat/" + agent.slug;
  writer.begin_object()
      .field("slug", agent.slug)
      .field("is_available", agent.has_chat_page && agent.is_active && agent.published_version > 0)
      .field("page_url", page)
      .field("call_page_url", widget.allows_calls ? url + "/aiva/call/" + agent.slug : "")
      .field("script", script_element(url, agent.slug, title, widget))
      .field("iframe", frame_element(page, title, widget.allows_calls))
      .key("allowed_origins")
      .begin_array();
  for (const auto& origin : widget.origins) writer.value(origin);
  writer.end_array().end_object();
}

}  // namespace aiva::http
