#include "faces/http/server.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include "faces/http/internal/connection.h"
#include "faces/http/internal/form_assembler.h"
#include "faces/http/internal/listener.h"
#include "faces/http/internal/server_core.h"
#include "foundation/log.h"

namespace aiva::http {
namespace {

namespace fs = std::filesystem;

// No upload takes that long, so nobody uses such a file any more.
constexpr std::chrono::hours leftover_age_min{24};
constexpr std::chrono::seconds abort_interval{1};
// Even without any patience, idle connections get this long to close by themselves.
constexpr std::chrono::milliseconds patience_min{200};

class HttpServer final : public Server {
 public:
  HttpServer(std::unique_ptr<ServerCore> core, std::vector<std::unique_ptr<IoThread>> threads)
      : core_(std::move(core)), threads_(std::move(threads)), listener_(*core_, threads_) {}

  ~HttpServer() override {
    drain(std::chrono::milliseconds(0));
    for (auto& thread : threads_) thread->stop();
  }

  Result<void> open() {
    TRY_VOID(listener_.open());
    for (auto& thread : threads_) thread->start();
    listener_.start();
    is_listening_ = true;
    return {};
  }

  std::uint16_t port() const override { return listener_.port(); }
  std::size_t connections() const override { return core_->ledger.count(); }

  void drain(std::chrono::milliseconds patience) override {
    if (!is_listening_.exchange(false)) return;
    core_->parts.lifecycle.begin_draining();
    listener_.stop();
    for (auto& thread : threads_) thread->post([&thread] { thread->drain_all(); });
    if (core_->ledger.wait_until_empty(std::max(patience, patience_min))) return;
    log::warn("cancelling calls that did not end in time",
              {{"connections", core_->ledger.count()}});
    do {
      for (auto& thread : threads_) thread->post([&thread] { thread->abort_all(); });
    } while (!core_->ledger.wait_until_empty(abort_interval));
  }

 private:
  std::unique_ptr<ServerCore> core_;
  std::vector<std::unique_ptr<IoThread>> threads_;
  Listener listener_;
  std::atomic<bool> is_listening_ = false;
};

// Makes the staging folder and deletes what a killed process left there long ago.
Result<void> prepare_staging(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    return fail(ErrorCode::unavailable, "The staging folder cannot be made", error.message());
  auto oldest = fs::file_time_type::clock::now() - leftover_age_min;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    std::error_code ignored;
    bool is_ours = entry.path().filename().string().starts_with(staged_file_prefix);
    if (is_ours && entry.last_write_time(ignored) < oldest) fs::remove(entry.path(), ignored);
  }
  return {};
}

int count_threads(int wanted) {
  if (wanted > 0) return wanted;
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

}  // namespace

Result<std::unique_ptr<Server>> make_server(ServerOptions options, Router router,
                                            ServerParts parts) {
  TRY_VOID(prepare_staging(options.staging_folder));
  TRY(auto proxies, TrustedProxies::make(options.trusted_proxies));
  TRY(auto pipeline, Pipeline::make(options, std::move(router), parts));
  std::unique_ptr<asio::ssl::context> tls;
  if (options.tls) {
    TRY(tls, make_tls_context(*options.tls));
  }
  std::vector<std::unique_ptr<IoThread>> threads;
  for (int i = 0; i < count_threads(options.threads); ++i)
    threads.push_back(std::make_unique<IoThread>(i, options.timeouts.tick));
  const auto& limits = options.limits;
  auto core = std::unique_ptr<ServerCore>(
      new ServerCore{.options = options,
                     .parts = parts,
                     .proxies = std::move(proxies),
                     .pipeline = std::move(pipeline),
                     .tls = std::move(tls),
                     .ledger{limits.connections_max, limits.connections_per_address_max}});
  auto server = std::make_unique<HttpServer>(std::move(core), std::move(threads));
  TRY_VOID(server->open());
  return server;
}

}  // namespace aiva::http
