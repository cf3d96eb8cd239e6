#include "app/top.h"

#include <pthread.h>

#include <csignal>
#include <cstdlib>
#include <string>

#include "adapters/http_client/http_client.h"
#include "faces/cli/output.h"
#include "faces/cli/top_command.h"

namespace aiva::app {
namespace {

// Where a server of this configuration listens.
std::string own_url(const Config::Server& server) {
  auto host =
      server.host == "0.0.0.0" || server.host == "::" ? std::string("127.0.0.1") : server.host;
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  auto scheme = server.tls_certificate.empty() ? "http://" : "https://";
  return scheme + host + ":" + std::to_string(server.port);
}

// What was given by word, else by the environment, which other users cannot read.
std::string given(const std::string& word, const char* variable) {
  if (!word.empty()) return word;
  const char* value = std::getenv(variable);
  return value == nullptr ? std::string() : std::string(value);
}

}  // namespace

int run_top(const Config& config, const cli::Arguments& arguments) {
  // Before the client has threads, which would take them otherwise.
  sigset_t signals;
  sigemptyset(&signals);
  for (int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const auto& asked = arguments.top;
  auto http = make_http_client({.connections_per_host_max = 1, .ca_file = asked.ca_file});
  if (!http) return cli::report(http.error());
  cli::TopOptions options{
      .url = asked.url.empty() ? own_url(config.server) : asked.url,
      .key = given(asked.key, "AIVA_API_KEY"),
      .token = given(asked.token, "AIVA_TOKEN"),
      .interval = std::chrono::milliseconds(static_cast<std::int64_t>(asked.interval_s * 1000)),
      .is_once = asked.is_once,
      .is_json = arguments.is_json};
  while (options.url.ends_with('/')) options.url.pop_back();
  return cli::run_top(**http, options);
}

}  // namespace aiva::app
