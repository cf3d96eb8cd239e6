#include "faces/http/endpoints/agent_embed.h"

#include <algorithm>
#include <string_view>

#include "capabilities/agents/settings_json.h"
#include "faces/http/endpoints/chat_page_files.h"
#include "faces/http/endpoints/html_text.h"
#include "foundation/crypto.h"
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

// How the widget looks is asked of the server, so that a change needs no change of the page.
std::string script_element(const std::string& url, const std::string& slug) {
  std::string element = "<script";
  append_attribute(element, "src", url + "/aiva/widget.js");
  append_attribute(element, "data-agent", slug);
  return element + " async></script>";
}

// The digest of the widget's script, as an attribute `integrity` names it
// (https://www.w3.org/TR/SRI/).
std::string script_integrity() {
  auto digest = sha256(chat_widget_script);
  return "sha256-" + to_base64({reinterpret_cast<const char*>(digest.data()), digest.size()});
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
      .field("script", script_element(url, agent.slug))
      .field("script_integrity", script_integrity())
      .field("iframe", frame_element(page, title, widget.allows_calls))
      .key("allowed_origins")
      .begin_array();
  for (const auto& origin : widget.origins) writer.value(origin);
  writer.end_array().end_object();
}

}  // namespace aiva::http
