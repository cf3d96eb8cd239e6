#include "faces/http/endpoints/agent_embed.h"

#include <algorithm>
#include <string_view>

#include "capabilities/agents/settings_json.h"
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

}  // namespace

std::string url_of(const Request& request) {
  auto host = request.header("host");
  if (!is_host(host)) return {};
  return (request.is_secure ? "https://" : "http://") + std::string(host);
}

void write_embed_code(JsonWriter& writer, const agents::Agent& agent, const std::string& url) {
  auto page = url + "/aiva/chat/" + agent.slug;
  writer.begin_object()
      .field("slug", agent.slug)
      .field("is_available", agent.has_chat_page && agent.is_active && agent.published_version > 0)
      .field("page_url", page)
      .field("script", "<script src=\"" + url + "/aiva/widget.js\" data-agent=\"" + agent.slug +
                           "\" async></script>")
      .field("iframe", "<iframe src=\"" + page +
                           "\" title=\"Chat\" style=\"border:0;width:400px;height:600px\">"
                           "</iframe>")
      .key("allowed_origins")
      .begin_array();
  auto config = json::parse(agent.widget);
  const auto* object = config ? config->if_object() : nullptr;
  auto widget = object == nullptr ? Result<agents::WidgetSettings>() : agents::read_widget(*object);
  if (widget)
    for (const auto& origin : widget->origins) writer.value(origin);
  writer.end_array().end_object();
}

}  // namespace aiva::http
