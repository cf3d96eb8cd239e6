#pragma once

#include "capabilities/chat/completions.h"
#include "faces/http/endpoints/openai_chat_request.h"
#include "faces/http/route.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva::http {

// How routes are set that answer conversations: pictures travel in the body, models think long.
RouteOptions openai_call_options();

// Has an agent answer within five minutes. Hands back one call of a tool where the caller asked for
// no more.
Task<Result<chat::CompletionAnswer>> complete_openai(chat::Completions& completions,
                                                     CallContext context, OpenAiCall call);

}  // namespace aiva::http
