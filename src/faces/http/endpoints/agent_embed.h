#pragma once

#include <string>

#include "capabilities/agents/types.h"
#include "faces/http/request.h"
#include "foundation/json_writer.h"

namespace aiva::http {

// Where a client reached this server, by its Host header: "https://aiva.example". Empty when the
// header is missing or no host.
std::string url_of(const Request& request);

// How an agent's chat is put into a page: its address, the widget's script, a frame.
void write_embed_code(JsonWriter& writer, const agents::Agent& agent, const std::string& url);

}  // namespace aiva::http
