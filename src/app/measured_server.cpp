#include "app/measured_server.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <time.h>

#include <fstream>
#include <thread>
#include <utility>

#include "app/background_work.h"
#include "app/first_run.h"
#include "app/parts.h"
#include "app/routes.h"
#include "faces/cli/account_commands.h"
#include "faces/cli/ingest_command.h"
#include "faces/http/server.h"
#include "foundation/json.h"
#include "foundation/json_writer.h"

namespace aiva::app {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr auto ingestion_time_max = std::chrono::minutes(5);
constexpr auto drain_patience = std::chrono::seconds(5);
constexpr int requests_to_warm_up = 5;
constexpr std::string_view kept_answer = R"("cached":true)";

class TokenAuthenticator final : public http::Authenticator {
 public:
  explicit TokenAuthenticator(identity::Identity& identity) : identity_(identity) {}
  Task<Result<identity::PrincipalPointer>> authenticate(CallContext context,
                                                        http::Credential credential) override {
    return identity_.authenticate(context, credential.secret);
  }

 private:
  identity::Identity& identity_;
};

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

double cpu_of(int who) {
  rusage usage{};
  getrusage(who, &usage);
  return seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
}

double clock_s(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

// CPU of this process without the thread that asks.
double others_cpu_s() {
  return clock_s(CLOCK_PROCESS_CPUTIME_ID) - clock_s(CLOCK_THREAD_CPUTIME_ID);
}

Config reduced(Config config, const fs::path& folder) {
  Config reduced;
  reduced.native = config.native;
  reduced.server.host = "127.0.0.1";
  reduced.server.port = 0;
  reduced.server.access_log = false;
  reduced.data.folder = folder.string();
  reduced.embedder.threads = config.embedder.threads;
  reduced.embedder.precision = config.embedder.precision;
  reduced.limits.anonymous_per_15_minutes = 0;
  reduced.limits.login_per_minute = 0;
  reduced.voice.provider = "none";
  reduced.documents.ocr_languages.clear();
  return reduced;
}

// The text under `/data/NAME` of an answer.
std::string data_text(const std::string& body, std::string_view name) {
  auto document = json::parse(body);
  if (!document) return {};
  const auto* outer = document->if_object();
  const auto* data = outer == nullptr ? nullptr : outer->if_contains("data");
  const auto* inner = data == nullptr ? nullptr : data->if_object();
  const auto* value = inner == nullptr ? nullptr : inner->if_contains(name);
  const auto* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string() : std::string(text->data(), text->size());
}

class OwnServer final : public MeasuredServer {
 public:
  OwnServer(Config config, const Paths& paths) : config_(std::move(config)), paths_(paths) {}
  ~OwnServer() override {
    client_.reset();
    if (server_) server_->drain(drain_patience);
    if (worker_) worker_->drain(drain_patience);
    worker_.reset();
  }

  Result<void> start();
  Result<Ingested> ingest(int chunks) override;
  Result<Cost> cost(std::chrono::duration<double> time, const MakeRequest& make) override;
  [[nodiscard]] const std::string& base() const override { return base_; }
  [[nodiscard]] const std::string& session() const override { return session_; }

 private:
  Result<void> serve();
  Result<void> sign_in(const identity::FirstAdmin& admin);
  Result<std::string> make(std::string_view path, std::string_view body, std::string_view field);
  Result<std::string> send(const Request& request);
  Result<knowledge::BaseStatistics> wait_until_read(CallContext context, KnowledgeBaseId base);
  Result<double> stored_bytes();

  Config config_;
  const Paths& paths_;
  std::unique_ptr<Parts> parts_{};
  std::unique_ptr<TokenAuthenticator> authenticator_{};
  http::Lifecycle lifecycle_{};
  std::unique_ptr<worker::Worker> worker_{};
  std::unique_ptr<http::Server> server_{};
  std::optional<Loopback> client_{};
  std::string base_{};
  std::string session_{};
};

Result<void> OwnServer::start() {
  TRY(parts_, make_parts(config_, paths_));
  TRY(auto admin, make_first_admin(*parts_));
  if (!admin) return fail(internal_error("the folder of the measurement is not empty"));
  worker_ = make_worker(config_, *parts_);
  worker_->start();
  TRY_VOID(serve());
  TRY(auto client, Loopback::connect(server_->port()));
  client_.emplace(std::move(client));
  TRY_VOID(sign_in(*admin));
  TRY(base_, make("/api/knowledge", R"({"name":"Measured"})", "id"));
  TRY(session_, make("/api/chat/sessions", fmt::format(R"({{"kb_id":"{}"}})", base_), "id"));
  return {};
}

Result<void> OwnServer::serve() {
  authenticator_ = std::make_unique<TokenAuthenticator>(*parts_->identity);
  TRY(auto router, http::Router::make(make_routes(config_, paths_, *parts_, lifecycle_), {}));
  http::ServerOptions options{.address = "127.0.0.1",
                              .port = 0,
                              .threads = 1,
                              .staging_folder = parts_->objects->staging_folder(),
                              .has_access_log = false};
  options.rates = {.login = {}, .register_ = {}, .anonymous = {}, .signed_in = {}};
  http::ServerParts needs{*authenticator_, *parts_->cache, parts_->metrics,
                          parts_->files,   lifecycle_,     parts_->idempotency.get()};
  TRY(server_, http::make_server(std::move(options), std::move(router), needs));
  return {};
}

Result<void> OwnServer::sign_in(const identity::FirstAdmin& admin) {
  std::string body;
  JsonWriter writer(body);
  writer.begin_object().field("email", admin.email).field("password", admin.password).end_object();
  TRY(auto token, make("/api/auth/login", body, "token"));
  client_->set_token(std::move(token));
  return {};
}

Result<std::string> OwnServer::make(std::string_view path, std::string_view body,
                                    std::string_view field) {
  TRY(auto reply, client_->call("POST", path, body));
  auto text = data_text(reply.body, field);
  if (!text.empty()) return text;
  return fail(internal_error(fmt::format("{} answered {}", path, reply.status)));
}

Result<std::string> OwnServer::send(const Request& request) {
  TRY(auto reply, client_->call(request.method, request.path, request.body));
  if (reply.status >= 200 && reply.status < 300) return std::move(reply.body);
  return fail(
      internal_error(fmt::format("{} {} answered {}", request.method, request.path, reply.status)));
}

Result<MeasuredServer::Cost> OwnServer::cost(std::chrono::duration<double> time,
                                             const MakeRequest& make) {
  int number = 0;
  for (; number < requests_to_warm_up; ++number) TRY_VOID(send(make(number)));
  auto until = Clock::now() + std::chrono::duration_cast<Clock::duration>(time);
  double before = others_cpu_s();
  int first = number;
  int kept = 0;
  do {
    TRY(auto body, send(make(number++)));
    kept += body.contains(kept_answer) ? 1 : 0;
  } while (Clock::now() < until);
  double count = number - first;
  return Cost{.cpu_ms = (others_cpu_s() - before) * 1000 / count, .kept_share = kept / count};
}

// Pages of the database, and what the indexes have on the disk.
Result<double> OwnServer::stored_bytes() {
  double bytes = 0;
  auto counted = sync_wait(read(*parts_->database, {}, [](SqlSession& sql) -> Result<double> {
    double pages = 0;
    double size = 0;
    TRY_VOID(sql.query("PRAGMA page_count", {}, [&pages](const SqlRow& row) -> Result<void> {
      pages = static_cast<double>(row.integer(0));
      return {};
    }));
    TRY_VOID(sql.query("PRAGMA page_size", {}, [&size](const SqlRow& row) -> Result<void> {
      size = static_cast<double>(row.integer(0));
      return {};
    }));
    return pages * size;
  }));
  TRY(bytes, std::move(counted));
  std::error_code error;
  auto files = parts_->folder / "files";
  for (const auto& entry : fs::directory_iterator(parts_->folder, error)) {
    if (!entry.is_directory(error) || entry.path() == files) continue;
    for (const auto& inner : fs::recursive_directory_iterator(entry.path(), error))
      if (inner.is_regular_file(error)) bytes += static_cast<double>(inner.file_size(error));
  }
  return bytes;
}

Result<knowledge::BaseStatistics> OwnServer::wait_until_read(CallContext context,
                                                             KnowledgeBaseId base) {
  auto until = Clock::now() + ingestion_time_max;
  while (Clock::now() < until) {
    TRY(auto statistics, sync_wait(parts_->knowledge->statistics(context, base)));
    if (statistics.documents_failed > 0)
      return fail(internal_error("the measured document could not be read"));
    if (statistics.documents > 0 && statistics.documents == statistics.documents_completed)
      return statistics;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return fail(ErrorCode::timeout, "The measured document was not read in five minutes");
}

Result<MeasuredServer::Ingested> OwnServer::ingest(int chunks) {
  auto base = KnowledgeBaseId::parse(base_);
  if (!base) return fail(internal_error("a knowledge base without an id"));
  TRY(auto tenant, cli::find_tenant(parts_->identity->directory(), ""));
  CallContext context{.tenant = tenant.id};
  auto file = parts_->folder / "measured.md";
  std::ofstream(file) << made_text(chunks, 7);
  TRY(auto staged, cli::stage_file(file, parts_->objects->staging_folder()));
  TRY(double bytes_before, stored_bytes());
  double cpu_before = cpu_of(RUSAGE_SELF) + cpu_of(RUSAGE_CHILDREN);
  TRY_VOID(sync_wait(parts_->knowledge->add_document(context, *base, std::move(staged))));
  TRY(auto statistics, wait_until_read(context, *base));
  TRY_VOID(sync_wait(parts_->knowledge->ensure_indexed(context, *base)));
  Ingested ingested{.chunks = std::max(1.0, static_cast<double>(statistics.chunks)),
                    .cpu_s = cpu_of(RUSAGE_SELF) + cpu_of(RUSAGE_CHILDREN) - cpu_before};
  TRY(double bytes_after, stored_bytes());
  ingested.disk_bytes = std::max(0.0, bytes_after - bytes_before);
  return ingested;
}

}  // namespace

Result<std::unique_ptr<MeasuredServer>> MeasuredServer::open(const Config& config,
                                                             const Paths& paths,
                                                             const fs::path& folder) {
  auto server = std::make_unique<OwnServer>(reduced(config, folder), paths);
  TRY_VOID(server->start());
  return server;
}

}  // namespace aiva::app
