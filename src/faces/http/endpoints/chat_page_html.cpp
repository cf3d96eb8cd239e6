#include "faces/http/endpoints/chat_page_html.h"

#include <string_view>

#include "faces/http/endpoints/html_text.h"
#include "foundation/text/language_tag.h"

namespace aiva::http {
namespace {

constexpr std::string_view head = R"(>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<link rel="stylesheet" href="/aiva/chat-page.css">
<script src="/aiva/widget.js" defer></script>
<script src="/aiva/chat-page.js" defer></script>
<title>)";

constexpr std::string_view end = R"(></main>
<noscript><p>This chat needs JavaScript.</p></noscript>
</body>
</html>
)";

}  // namespace

void append_language(std::string& page, std::string_view language) {
  append_attribute(page, "lang", language);
  append_attribute(page, "dir", is_right_to_left(language) ? "rtl" : "ltr");
}

std::string chat_page_html(const agents::ActiveAgent& agent) {
  const auto& widget = agent.widget;
  const auto& title = widget.title.empty() ? agent.name : widget.title;
  std::string page = "<!doctype html>\n<html";
  append_language(page, agent.settings.language);
  append_attribute(page, "data-theme", widget.theme);
  page += head;
  append_escaped(page, title);
  page += "</title>\n</head>\n<body>\n<header><h1>";
  append_escaped(page, title);
  page += "</h1>\n";
  if (widget.allows_calls) {
    page += "<a id=\"call\"";
    append_attribute(page, "href", "/aiva/call/" + agent.slug);
    page += ">Call</a>\n";
  }
  page += "<button type=\"button\" id=\"again\">New conversation</button></header>\n<main";
  append_attribute(page, "data-agent", agent.slug);
  append_attribute(page, "data-name", agent.name);
  append_attribute(page, "data-greeting", agent.settings.greeting);
  append_attribute(page, "data-accent", widget.accent_color);
  page += end;
  return page;
}

std::string chat_page_policy(const agents::WidgetSettings& widget) {
  std::string policy =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
      "img-src https:; "  // the logo, and what shops show of their products
      "base-uri 'none'; form-action 'none'; frame-ancestors 'self'";
  for (const auto& origin : widget.origins) policy.append(" ").append(origin);
  return policy;
}

}  // namespace aiva::http
