#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "capabilities/voice/call_records.h"
#include "capabilities/voice/dialler.h"
#include "foundation/pause.h"
#include "ports/clock.h"
#include "ports/http_client.h"

namespace aiva::http_dialler {

struct HttpDiallerOptions {
  std::string url{};     // of the telephone system; http may be, too, and private addresses
  std::string secret{};  // signs what it is told; empty: unsigned
  std::chrono::milliseconds timeout{10'000};  // of one request
  std::chrono::milliseconds look_every{500};  // at the call's row, where its answer is
  std::chrono::seconds beyond_ringing{5};     // for its answer to come
};

// Everything is borrowed, but the pause.
struct HttpDiallerParts {
  HttpClient& http;
  voice::CallRecords& calls;
  const Clock& clock;
  Pause pause;
};

// Dials by way of a telephone system that takes orders over HTTP. It is told
//   POST URL {"action":"dial","session_id","destination","caller_id","ring_max_s"}
// and answers with 2xx once it dials; what came of it, it tells at POST
// /api/calls/SESSION_ID/dialled, and when somebody answers it connects the audio under that session
// id. The call's row is looked at, so that any process may have taken either. When nobody is to be
// called any more it is told {"action":"cancel","session_id"}. Requests are signed as webhooks are,
// in AIVA-Signature.
// Of its statuses 404 and 422 mean that the number cannot be reached, others from 400 to 499 that
// dialling failed, all else that it is away.
std::unique_ptr<voice::CallDialler> make_http_dialler(HttpDiallerParts parts,
                                                      HttpDiallerOptions options);

}  // namespace aiva::http_dialler
