#pragma once

#include <string>
#include <string_view>

#include "adapters/deepgram/deepgram.h"
#include "foundation/error.h"
#include "ports/http_client.h"

namespace aiva::deepgram {

// A POST to a path with its query.
HttpRequest make_request(const DeepgramOptions& options, std::string_view path_and_query,
                         std::string content_type, std::string body);

// Letters, digits and a few marks as they are, all else escaped.
std::string escape(std::string_view text);

// What an answer that is not 2xx means; the key is kept out of the cause.
Error describe_answer(const HttpResponse& answer, const DeepgramOptions& options);

}  // namespace aiva::deepgram
