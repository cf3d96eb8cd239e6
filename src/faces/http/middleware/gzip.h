#pragma once

#include <string_view>

#include "faces/http/middleware/exchange.h"

namespace aiva::http {

// Whether an Accept-Encoding value takes gzip (with a weight above zero).
bool accepts_gzip(std::string_view accept_encoding);

// Compresses a text answer of more than 1 KB that is held in memory, if the client takes it.
// Streams and files stay as they are.
void compress_answer(Exchange& exchange);

}  // namespace aiva::http
