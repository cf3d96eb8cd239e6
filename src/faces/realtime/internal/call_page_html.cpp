#include "faces/realtime/internal/call_page_html.h"

#include <string_view>

#include "faces/http/endpoints/chat_page_html.h"
#include "faces/http/endpoints/html_text.h"

namespace aiva::realtime {
namespace {

constexpr std::string_view head = R"(>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<link rel="stylesheet" href="/aiva/chat-page.css">
<link rel="stylesheet" href="/aiva/call-page.css">
<script src="/aiva/call-page.js" defer></script>
<title>)";

constexpr std::string_view rest = R"html(>Write instead</a></header>
<div id="log" role="log" aria-live="polite" aria-label="What is said" tabindex="0"></div>
<p id="status" role="status">Press “Call” and speak. Your browser asks for the microphone.</p>
<div class="meters">
<label>Agent <meter id="agent-level" min="0" max="1" value="0"></meter></label>
<label>You <meter id="own-level" min="0" max="1" value="0"></meter></label>
<span id="time" role="timer" aria-label="Duration">0:00</span>
</div>
<div class="controls">
<button type="button" id="start">Call</button>
<button type="button" id="mute" aria-pressed="false" hidden>Mute</button>
<button type="button" id="keypad-toggle" aria-expanded="false" aria-controls="keypad"
hidden>Keypad</button>
<button type="button" id="end" hidden>Hang up</button>
</div>
<div id="keypad" role="group" aria-label="Keypad" hidden>
<output id="keys" aria-label="Keys pressed"></output>
<button type="button" data-key="1">1</button>
<button type="button" data-key="2">2</button>
<button type="button" data-key="3">3</button>
<button type="button" data-key="4">4</button>
<button type="button" data-key="5">5</button>
<button type="button" data-key="6">6</button>
<button type="button" data-key="7">7</button>
<button type="button" data-key="8">8</button>
<button type="button" data-key="9">9</button>
<button type="button" data-key="*" aria-label="Star">*</button>
<button type="button" data-key="0">0</button>
<button type="button" data-key="#" aria-label="Hash">#</button>
</div>
<noscript><p>Calls need JavaScript.</p></noscript>
</main>
</body>
</html>
)html";

}  // namespace

std::string call_page_html(const agents::ActiveAgent& agent) {
  using http::append_attribute;
  using http::append_escaped;
  const auto& widget = agent.widget;
  const auto& title = widget.title.empty() ? agent.name : widget.title;
  std::string page = "<!doctype html>\n<html";
  http::append_language(page, agent.settings.language);
  append_attribute(page, "data-theme", widget.theme);
  page += head;
  append_escaped(page, title);
  page += "</title>\n</head>\n<body>\n<main";
  append_attribute(page, "data-agent", agent.slug);
  append_attribute(page, "data-name", agent.name);
  append_attribute(page, "data-accent", widget.accent_color);
  append_attribute(page, "data-state", "idle");
  page += ">\n<header><h1>";
  append_escaped(page, title);
  page += "</h1>\n<a";
  append_attribute(page, "href", "/aiva/chat/" + agent.slug);
  page += rest;
  return page;
}

}  // namespace aiva::realtime
