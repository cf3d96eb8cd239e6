#include "app/serve.h"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <optional>
#include <string>
#include <thread>

#include "app/background_work.h"
#include "app/data_folder.h"
#include "app/first_run.h"
#include "app/parts.h"
#include "app/roles.h"
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

constexpr seconds hanging_up_time{2};                       // in Asterisk, of calls that are over
constexpr std::chrono::milliseconds least_patience{1'000};  // with each part that ends

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

struct FirstSteps {
  std::optional<identity::FirstAdmin> admin{};
  int samples = 0;
};

struct Address {
  std::string url;
  std::string role;
};

void announce_as_json(const Address& address, const FirstSteps& steps, PhoneServers phones) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_object().field("url", address.url).field("version", version);
  writer.field("role", address.role);
  if (steps.admin)
    writer.field("email", steps.admin->email).field("password", steps.admin->password);
  if (phones.audiosocket != nullptr) writer.field("audiosocket_port", phones.audiosocket->port());
  if (phones.rtp != nullptr && phones.rtp->bridge_port() != 0)
    writer.field("rtp_bridge_port", phones.rtp->bridge_port());
  writer.end_object();
  std::printf("%s\n", text.c_str());
  std::fflush(stdout);
}

void announce(const cli::Arguments& arguments, const Address& address, const FirstSteps& steps,
              PhoneServers phones) {
  if (arguments.is_json) return announce_as_json(address, steps, phones);
  const auto* url = address.url.c_str();
  std::printf("\n  AIVA %s is listening on %s\n", version, url);
  if (address.role != "all") std::printf("  Role:         %s\n", address.role.c_str());
  if (steps.admin)
    std::printf(
        "  First admin:  %s\n  Password:     %s   (shown this once; only its hash is kept)\n",
        steps.admin->email.c_str(), steps.admin->password.c_str());
  if (steps.samples > 0)
    std::printf("  Sample:       %d documents are being read into the knowledge base \"Sample\"\n",
                steps.samples);
  if (phones.audiosocket != nullptr)
    std::printf("  AudioSocket:  port %d answers calls of Asterisk\n", phones.audiosocket->port());
  if (phones.rtp != nullptr && phones.rtp->bridge_port() != 0)
    std::printf("  RTP:          port %d answers calls of a bridge\n", phones.rtp->bridge_port());
  bool is_for_people = address.role == "all" || address.role == "api";
  if (is_for_people) std::printf("  Console:      %s/console\n", url);
  if (is_for_people) std::printf("  API docs:     %s/docs\n", url);
  if (is_for_people)
    std::printf("  Ask:          aiva ask \"Within how many days are refunds paid?\"\n");
  std::printf("\n");
  std::fflush(stdout);
}

Result<FirstSteps> take_first_steps(Parts& parts, const cli::Arguments& arguments) {
  FirstSteps steps;
  TRY(steps.admin, make_first_admin(parts));
  if (arguments.sample_folder.empty()) return steps;
  TRY(auto tenant, cli::find_tenant(parts.identity->directory(), ""));
  TRY(steps.samples, load_samples(parts, tenant.id, arguments.sample_folder));
  return steps;
}

// What runs in this process: of all roles the servers, of each its part.
class Serving {
 public:
  Serving(const Config& config, const Paths& paths, Parts& parts)
      : config_(config), paths_(paths), parts_(parts), authenticator_(*parts.identity) {}

  Result<void> start();
  void drain();

  [[nodiscard]] std::string url() const { return url_of(config_, server_->port()); }
  [[nodiscard]] PhoneServers phones() const { return {phones_.get(), rtp_.get()}; }

 private:
  Result<void> open_phones();
  Result<void> open_server();
  void drain_calls();
  [[nodiscard]] std::chrono::milliseconds patience() const;

  const Config& config_;
  const Paths& paths_;
  Parts& parts_;
  http::Lifecycle lifecycle_;
  IdentityAuthenticator authenticator_;
  std::unique_ptr<worker::Worker> worker_;
  std::unique_ptr<rtp::Server> rtp_;  // whose ports routes give away
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<audiosocket::Server> phones_;
  std::chrono::steady_clock::time_point ends_at_{};
};

Result<void> Serving::start() {
  worker_ = make_worker(config_, parts_);
  worker_->start();
  warm_up_models(parts_);
  if (duties_of(config_).has_calls) TRY_VOID(open_phones());
  auto opened = open_server();
  // Calls that began already speak through ports of `rtp_`, so they end before it does.
  if (!opened) parts_.ari.reset();
  return opened;
}

Result<void> Serving::open_phones() {
  build_voice(config_, paths_, parts_);
  TRY(phones_, make_audiosocket(config_, parts_));
  TRY(rtp_, make_rtp(config_, parts_));
  return connect_ari(config_, phones_.get(), parts_);
}

Result<void> Serving::open_server() {
  auto duties = duties_of(config_);
  bool has_sockets = duties.has_api || duties.has_calls;
  auto sockets = has_sockets ? make_websocket_routes(parts_) : std::vector<http::WebSocketRoute>();
  TRY(auto router,
      http::Router::make(make_routes(config_, paths_, parts_, lifecycle_), std::move(sockets)));
  http::ServerParts needs{authenticator_,
                          *parts_.cache,
                          parts_.metrics,
                          parts_.files,
                          lifecycle_,
                          parts_.idempotency.get(),
                          &parts_.telemetry->tracer()};
  TRY(server_, http::make_server(server_options(config_, parts_), std::move(router), needs));
  parts_.status_board->start();
  return {};
}

// Load balancers hear of it first and send nothing new; what comes nevertheless is still answered.
void Serving::drain() {
  lifecycle_.begin_draining();
  worker_->drain(seconds(0));
  parts_.campaign_runner->stop();
  std::this_thread::sleep_for(seconds(config_.server.drain_delay_s));
  ends_at_ = std::chrono::steady_clock::now() + seconds(config_.server.drain_timeout_s);
  drain_calls();
  server_->drain(patience());
  // Answers whose clients went away may be asked for at another process.
  parts_.chat->resumable().wait_idle(patience());
  // Its clock beats on the event loops of the servers, which end next.
  parts_.calls.reset();
  parts_.outbound_calls.reset();
  worker_->drain(patience());
  // Nothing dials by telephone systems any more, which end next.
  worker_.reset();
  parts_.campaign_runner.reset();
  parts_.ari.reset();
}

// What is left of the time in which all has to end.
std::chrono::milliseconds Serving::patience() const {
  auto left = ends_at_ - std::chrono::steady_clock::now();
  return std::max(std::chrono::ceil<std::chrono::milliseconds>(left), least_patience);
}

void Serving::drain_calls() {
  if (phones_) phones_->stop_accepting();
  if (rtp_) rtp_->stop_accepting();
  if (parts_.outbound_calls) parts_.outbound_calls->stop();
  if (parts_.calls) parts_.calls->drain(patience());
  if (parts_.ari) parts_.ari->drain(hanging_up_time);
}

// Serves until a signal comes, then drains.
int serve_parts(const Config& config, const Paths& paths, const cli::Arguments& arguments,
                Parts& parts, const sigset_t& signals) {
  auto steps = take_first_steps(parts, arguments);
  if (!steps) return cli::report(steps.error());
  Serving serving(config, paths, parts);
  if (auto started = serving.start(); !started) return cli::report(started.error());
  announce(arguments, {.url = serving.url(), .role = config.server.role}, *steps, serving.phones());

  int signal = 0;
  sigwait(&signals, &signal);
  log::info("stopping", {{"signal", signal}, {"role", config.server.role}});
  serving.drain();
  return 0;
}

// Whose data folder it is while this process runs.
struct Locks {
  std::optional<ServeLock> serve{};
  std::optional<ServeLock> beside{};
  bool is_alone = false;  // nobody else lives on the folder, and nobody begins to while `beside`
                          // is held
};

Result<Locks> take_locks(const Config& config, const std::filesystem::path& folder) {
  Locks locks;
  bool has_all = config.server.role == "all";
  if (has_all || duties_of(config).has_jobs) {
    TRY(locks.serve, has_all ? ServeLock::try_take(folder) : ServeLock::try_share(folder));
    if (!locks.serve)
      return fail(ErrorCode::conflict, "Another process serves the folder " + folder.string());
  }
  if (has_all) {
    TRY(locks.beside, BesideLock::try_take(folder));
    locks.is_alone = locks.beside.has_value() && has_rows_in_folder(config);
  } else {
    TRY(locks.beside, BesideLock::share(folder));
  }
  return locks;
}

}  // namespace

int run_serve(const Config& config, const Paths& paths, const cli::Arguments& arguments) {
  auto signals = block_signals();
  auto folder = prepare_data_folder(config);
  if (!folder) return cli::report(folder.error());
  auto locks = take_locks(config, *folder);
  if (!locks) return cli::report(locks.error());
  allow_all_open_files();
  auto parts = make_parts(config, paths);
  if (!parts) return cli::report(parts.error());
  if (locks->is_alone) end_what_died(**parts);
  if (config.server.role == "all") locks->beside.reset();  // others may begin to live beside it
  return serve_parts(config, paths, arguments, **parts, signals);
}

}  // namespace aiva::app
