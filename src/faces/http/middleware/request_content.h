#pragma once

#include <filesystem>

#include "faces/http/middleware/exchange.h"
#include "faces/http/server.h"
#include "foundation/task.h"
#include "foundation/thread_pool.h"

namespace aiva::http {

// What the body of this request is to be read as; of a route that takes both, what was sent. Such
// a route takes text/csv, too: as a form with nothing but the file `file`.
BodyKind body_kind(const Exchange& exchange);

// Refuses what can be refused before a byte of the body is read: a type the route does not take
// (415), an announced length beyond its limit (413).
Outcome check_content(const Exchange& exchange);

struct ContentOptions {
  ThreadPool& files;
  std::filesystem::path staging_folder;
  Limits limits;
};

// Reads the body as the route wants it: JSON text into memory, forms with their files to disk.
// Needs constant memory for any size of upload. Fails as soon as a limit is passed.
Task<Outcome> read_content(Exchange& exchange, const ContentOptions& options);

}  // namespace aiva::http
