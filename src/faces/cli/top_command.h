#pragma once

#include <chrono>
#include <string>

#include "ports/http_client.h"

namespace aiva::cli {

struct TopOptions {
  std::string url{};    // of the server
  std::string key{};    // an API key,
  std::string token{};  // or an access token
  std::chrono::milliseconds interval{1000};
  bool is_once = false;  // one look, then the end
  bool is_json = false;  // the server's answers, one a line
};

// Shows what a running server does, as /api/status tells it, until `q` is pressed. SIGINT, SIGTERM
// and SIGHUP must be blocked in all threads: they end it, and the terminal is as before. Returns
// the exit code.
int run_top(HttpClient& http, const TopOptions& options);

}  // namespace aiva::cli
