#include "app/serve.h"

#include <sys/resource.h>

#include <csignal>
#include <cstdio>
#include <optional>
#include <string>

#include "app/background_work.h"
#include "app/data_folder.h"
#include "app/database_parts.h"
#include "app/first_run.h"
#include "app/parts.h"
#include "app/routes.h"
#include "app/rtp_parts.h"
#include "app/version.h"
#include "app/voice_parts.h"
#include "faces/cli/account_commands.h"
#include "faces/cli/output.h"
#include "faces/http/server.h"
#include "foundation/json_writer.h"
#include "foundation/log.h"

namespace aiva::app {
namespace {

using std::chrono::seconds;

constexpr seconds hanging_up_time{2};  // in Asterisk, of calls that are over

class IdentityAuthenticator final : public http::Authenticator {
 public:
  explicit IdentityAuthenticator(identity::Identity& identity) : identity_(identity) {}
  Task<Result<identity::PrincipalPointer>> authenticate(CallContext context,
                                                        http::Credential credential) override {
    return identity_.authenticate(context, credential.secret);
  }

 private:
  identity::Identity& identity_;
};

// Signals are taken by one thread that waits for them; blocked before any other thread starts.
sigset_t block_signals() {
  std::signal(SIGPIPE, SIG_IGN);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

// Each connection and each stream of a model takes one; the usual limit of 1,024 is for programs
// that call select(), which none here does.
void allow_all_open_files() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

http::ServerOptions server_options(const Config& config, const Parts& parts) {
  const auto& server = config.server;
  http::ServerOptions options{
      .address = server.host,
      .port = static_cast<std::uint16_t>(server.port),
      .threads = static_cast<int>(server.threads),
      .staging_folder = parts.objects->staging_folder(),
      .cors_origins = server.cors_origins,
      .trusted_proxies = server.trusted_proxies,
      .has_access_log = server.access_log,
  };
  if (!server.tls_certificate.empty())
    options.tls = http::TlsFiles{server.tls_certificate, server.tls_key};
  options.timeouts.call = seconds(server.request_timeout_s);
  options.limits.connections_max = static_cast<std::size_t>(server.connections_max);
  options.limits.connections_per_address_max =
      static_cast<std::size_t>(server.connections_per_ip_max);
  options.rates.login.calls_max = config.limits.login_per_minute;
  options.rates.register_.calls_max = config.limits.register_per_hour;
  options.rates.anonymous.calls_max = config.limits.anonymous_per_15_minutes;
  options.rates.signed_in.calls_max = config.limits.principal_per_minute;
  return options;
}

std::string url_of(const Config& config, std::uint16_t port) {
  auto host = config.server.host == "0.0.0.0" ? std::string("127.0.0.1") : config.server.host;
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  return (config.server.tls_certificate.empty() ? "http://" : "https://") + host + ":" +
         std::to_string(port);
}

// Servers of calls; null where they are switched off.
struct PhoneServers {
  const audiosocket::Server* audiosocket = nullptr;
  const rtp::Server* rtp = nullptr;
};

void announce(const cli::Arguments& arguments, const std::string& url,
              const std::optional<identity::FirstAdmin>& admin, int samples, PhoneServers phones) {
  if (arguments.is_json) {
    std::string text;
    JsonWriter writer(text);
    writer.begin_object().field("url", url).field("version", version);
    if (admin) writer.field("email", admin->email).field("password", admin->password);
    if (phones.audiosocket != nullptr) writer.field("audiosocket_port", phones.audiosocket->port());
    if (phones.rtp != nullptr && phones.rtp->bridge_port() != 0)
      writer.field("rtp_bridge_port", phones.rtp->bridge_port());
    writer.end_object();
    std::printf("%s\n", text.c_str());
    std::fflush(stdout);
    return;
  }
  std::printf("\n  AIVA %s is listening on %s\n", version, url.c_str());
  if (admin)
    std::printf(
        "  First admin:  %s\n  Password:     %s   (shown this once; only its hash is kept)\n",
        admin->email.c_str(), admin->password.c_str());
  if (samples > 0)
    std::printf("  Sample:       %d documents are being read into the knowledge base \"Sample\"\n",
                samples);
  if (phones.audiosocket != nullptr)
    std::printf("  AudioSocket:  port %d answers calls of Asterisk\n", phones.audiosocket->port());
  if (phones.rtp != nullptr && phones.rtp->bridge_port() != 0)
    std::printf("  RTP:          port %d answers calls of a bridge\n", phones.rtp->bridge_port());
  std::printf("  API docs:     %s/docs\n", url.c_str());
  std::printf("  Ask:          aiva ask \"Within how many days are refunds paid?\"\n\n");
  std::fflush(stdout);
}

struct FirstSteps {
  std::optional<identity::FirstAdmin> admin{};
  int samples = 0;
};

Result<FirstSteps> take_first_steps(const Config& config, Parts& parts,
                                    const cli::Arguments& arguments) {
  FirstSteps steps;
  TRY(steps.admin, make_first_admin(parts));
  // Of whatever had credits set aside or a key claimed, nothing runs any more when this process
  // serves alone.
  if (arguments.role == "all" && has_own_rows(config)) {
    TRY_VOID(sync_wait(parts.billing->release_stale({}, parts.clock.unix_ms())));
    TRY_VOID(sync_wait(parts.idempotency->release_running({})));
  }
  if (arguments.sample_folder.empty()) return steps;
  TRY(auto tenant, cli::find_tenant(parts.identity->directory(), ""));
  TRY(steps.samples, load_samples(parts, tenant.id, arguments.sample_folder));
  return steps;
}

// Serves until a signal comes, then drains.
int serve_parts(const Config& config, const Paths& paths, const cli::Arguments& arguments,
                Parts& parts, const sigset_t& signals) {
  auto steps = take_first_steps(config, parts, arguments);
  if (!steps) return cli::report(steps.error());

  std::unique_ptr<worker::Worker> worker;
  if (arguments.role != "api" && config.worker.concurrency > 0) {
    worker = make_worker(config, parts);
    worker->start();
  }
  warm_up_models(parts);
  http::Lifecycle lifecycle;
  IdentityAuthenticator authenticator(*parts.identity);
  std::unique_ptr<rtp::Server> rtp;  // whose ports routes give away
  std::unique_ptr<http::Server> server;
  std::unique_ptr<audiosocket::Server> phones;
  if (arguments.role != "worker") {
    build_voice(config, paths, parts);
    auto audiosocket = make_audiosocket(config, parts);
    if (!audiosocket) return cli::report(audiosocket.error());
    phones = std::move(*audiosocket);
    auto made_rtp = make_rtp(config, parts);
    if (!made_rtp) return cli::report(made_rtp.error());
    rtp = std::move(*made_rtp);
    if (auto connected = connect_ari(config, phones.get(), parts); !connected)
      return cli::report(connected.error());
    // Calls that began already speak through ports of `rtp`, so they end before it does.
    auto fail_to_start = [&parts](const Error& error) {
      parts.ari.reset();
      return cli::report(error);
    };
    auto router = http::Router::make(make_routes(config, paths, parts, lifecycle),
                                     make_websocket_routes(parts));
    if (!router) return fail_to_start(router.error());
    http::ServerParts needs{authenticator, *parts.cache, parts.metrics,
                            parts.files,   lifecycle,    parts.idempotency.get()};
    auto made = http::make_server(server_options(config, parts), std::move(*router), needs);
    if (!made) return fail_to_start(made.error());
    server = std::move(*made);
    announce(arguments, url_of(config, server->port()), steps->admin, steps->samples,
             {phones.get(), rtp.get()});
  }

  int signal = 0;
  sigwait(&signals, &signal);
  log::info("stopping", {{"signal", signal}});
  lifecycle.begin_draining();
  auto patience = seconds(config.server.drain_timeout_s);
  parts.campaign_runner->stop();
  if (phones) phones->stop_accepting();
  if (rtp) rtp->stop_accepting();
  if (parts.outbound_calls) parts.outbound_calls->stop();
  if (parts.calls) parts.calls->drain(patience);
  if (parts.ari) parts.ari->drain(hanging_up_time);
  if (server) server->drain(patience);
  // Its clock beats on the event loops of the servers, which end next.
  parts.calls.reset();
  parts.outbound_calls.reset();
  if (worker) worker->drain(patience);
  // Nothing dials by telephone systems any more, which end next.
  worker.reset();
  parts.campaign_runner.reset();
  parts.ari.reset();
  return 0;
}

}  // namespace

int run_serve(const Config& config, const Paths& paths, const cli::Arguments& arguments) {
  auto signals = block_signals();
  auto folder = prepare_data_folder(config);
  if (!folder) return cli::report(folder.error());
  std::optional<ServeLock> lock;
  if (arguments.role != "api") {
    auto taken = ServeLock::try_take(*folder);
    if (!taken) return cli::report(taken.error());
    if (!taken->has_value())
      return cli::report({.code = ErrorCode::conflict,
                          .message = "Another process serves the folder " + folder->string()});
    lock = std::move(*taken);
  }
  allow_all_open_files();
  auto parts = make_parts(config, paths);
  if (!parts) return cli::report(parts.error());
  return serve_parts(config, paths, arguments, **parts, signals);
}

}  // namespace aiva::app
