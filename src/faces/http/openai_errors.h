#pragma once

#include <string_view>

#include "faces/http/error_table.h"
#include "faces/http/response.h"
#include "foundation/error.h"
#include "foundation/json_writer.h"

namespace aiva::http {

// Whether a path belongs to the interface that speaks OpenAI's dialect: everything below /v1.
bool speaks_openai(std::string_view path);

// The status a failure has in that dialect. As in the house's own table, but input that is wrong is
// always 400, whether fields are named or not.
int openai_status(const Failure& failure);

// Writes {"message","type","param","code"}, the value of the member `error`; never a cause.
void write_openai_error(JsonWriter& writer, const Failure& failure);

// The answer {"error":{…}} with the headers that belong to it. Clients that try again by the status
// alone are told not to where that cannot help.
Response openai_error_response(const Failure& failure);

}  // namespace aiva::http
