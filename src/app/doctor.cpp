#include "app/doctor.h"

#include <sys/resource.h>

#include <cstdlib>
#include <fstream>
#include <memory>
#include <thread>

#include "adapters/docworker/conversion.h"
#include "adapters/docworker/legacy_converter.h"
#include "adapters/http_client/http_client.h"
#include "adapters/mysql/mysql_database.h"
#include "adapters/redis/redis_passage_index.h"
#include "adapters/redis/redis_signals.h"
#include "adapters/sqlite/sqlite_database.h"
#include "app/data_folder.h"
#include "app/installation_checks.h"
#include "app/live_doctor.h"
#include "app/parts.h"
#include "documents/tokens/token_ranks.h"
#include "faces/cli/output.h"
#include "foundation/crypto.h"

namespace aiva::app {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t free_bytes_min = 1024ULL * 1024 * 1024;
constexpr rlim_t open_files_min = 4096;

Result<std::string> check_folder(const Config& config) {
  TRY(auto folder, prepare_data_folder(config));
  return folder.string();
}

Result<std::string> check_disk(const Config& config) {
  TRY(auto folder, prepare_data_folder(config));
  std::error_code error;
  auto space = fs::space(folder, error);
  if (error) return fail(ErrorCode::unavailable, "Cannot read the free space", error.message());
  auto text = std::to_string(space.available / 1024 / 1024 / 1024) + " GB free";
  if (space.available < free_bytes_min) return fail(ErrorCode::unavailable, text + ", 1 GB needed");
  return text;
}

Result<std::string> check_open_files() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  // A server takes the most it may have.
  auto text = std::to_string(limit.rlim_max) + " open files allowed";
  if (limit.rlim_max < open_files_min)
    return fail(ErrorCode::unavailable, text + ", " + std::to_string(open_files_min) + " advised");
  return text;
}

Result<std::string> check_rows(const Config& config, Parts& parts) {
  if (!config.database.url.empty()) return sync_wait(describe_mysql({}, *parts.database));
  TRY_VOID(sync_wait(check_integrity(*parts.database, {})));
  return "the database is whole";
}

Result<std::string> check_redis(const Config& config, Parts& parts) {
  if (parts.redis == nullptr) return "not used";
  if (config.search.vector_index == "redis")
    TRY_VOID(sync_wait(check_vector_sets({}, *parts.redis)));
  if (config.cache.provider == "redis")
    TRY_VOID(sync_wait(check_channels({}, *parts.redis, config.cache.key_prefix)));
  return sync_wait(describe_redis({}, *parts.redis));
}

Result<std::string> check_objects(const Config& config, Parts& parts) {
  TRY_VOID(sync_wait(parts.objects->check({})));
  const auto& objects = config.objects;
  if (objects.store == "folder") return "in the data folder";
  return "bucket " + objects.bucket + " of " + objects.url + ", encryption: " + objects.encryption;
}

Result<std::string> check_ledger(Parts& parts) {
  TRY_VOID(sync_wait(parts.billing->verify({})));
  return "the ledger adds up";
}

Result<std::string> check_embedder(Parts& parts) {
  if (parts.embedder.embedder->dimension() == 0) return "none: search uses keywords only";
  TRY(auto made, sync_wait(parts.embedder.embedder->embed({}, {"How are you?"})));
  return made.model + ", " + std::to_string(made.dimension) + " dimensions";
}

Result<std::string> check_reader(Parts& parts) {
  auto file = parts.objects->staging_folder() / ("doctor-" + random_token(8));
  std::ofstream(file) << "A small text to read.\n";
  int blocks = 0;
  DocumentSink sink{.blocks = [&](std::vector<Block> some) -> Result<void> {
                      blocks += static_cast<int>(some.size());
                      return {};
                    },
                    .progress = [](int, int) -> Result<void> { return {}; }};
  auto read = sync_wait(parts.reader->read({}, file, {.file_name = "doctor.txt"}, sink));
  std::error_code ignored;
  fs::remove(file, ignored);
  if (!read) return fail(read.error());
  if (blocks != 1)
    return fail(internal_error("the reader gave " + std::to_string(blocks) + " blocks"));
  return "the sandboxed reader works";
}

Result<std::string> check_pdfium(const Paths& paths) {
  if (!fs::exists(paths.pdfium))
    return fail(ErrorCode::not_found, paths.pdfium.string() + " is missing; run ./dev setup");
  return paths.pdfium.string();
}

Result<std::string> check_recognition(const Config& config) {
  const auto& languages = config.documents.ocr_languages;
  if (languages.empty()) return "off: no language is set";
  std::string names;
  for (const auto& language : languages) {
    auto file = fs::path(config.documents.ocr_data) / (language + ".traineddata");
    if (!fs::exists(file))
      return fail(ErrorCode::not_found,
                  file.string() + " is missing; install it or change " + "documents.ocr_languages");
    names += (names.empty() ? "" : ", ") + language;
  }
  return names;
}

Result<std::string> check_converter(const Config& config, const Paths& paths) {
  const auto& documents = config.documents;
  TRY(auto converter,
      find_legacy_converter(documents.legacy_converter, documents.legacy_converter_folder));
  if (converter.is_none())
    return "none: .doc and .ppt are refused; Debian's libreoffice-writer-nogui and "
           "libreoffice-impress-nogui, or catdoc, would read them";
  TRY_VOID(try_legacy_converter(paths.document_worker, converter));
  auto programs = converter.for_doc.string();
  if (converter.for_ppt != converter.for_doc) programs += ", " + converter.for_ppt.string();
  return converter.name + " (" + programs + "), confined";
}

Result<std::string> check_token_ranks(const Paths& paths) {
  auto ranks = documents::TokenRanks::load(paths.token_ranks);
  if (ranks) return "o200k_base, " + std::to_string(ranks->size()) + " tokens";
  if (ranks.error().code != ErrorCode::not_found) return fail(ranks.error());
  return paths.token_ranks.string() + " is missing: the tokens of chat models are counted as the " +
         "embedder counts; run ./dev setup";
}

using Built = std::shared_ptr<Result<std::unique_ptr<Parts>>>;
using Checks = std::vector<cli::Check>;

void add_machine_checks(const Config& config, const Paths& paths, Checks& checks) {
  checks.push_back(cli::plain_check("local.processor", "processor", [] {
    return Result<std::string>(std::to_string(std::thread::hardware_concurrency()) + " cores");
  }));
  checks.push_back(
      cli::plain_check("local.folder", "data folder", [config] { return check_folder(config); }));
  checks.push_back(cli::plain_check("local.disk", "disk", [config] { return check_disk(config); }));
  checks.push_back(
      {"disk in use", [config] { return check_disk_use(fs::path(config.data.folder)); }});
  checks.push_back({"memory in use", check_memory});
  checks.push_back({"clock", check_clock});
  checks.push_back(cli::plain_check("local.open_files", "open files", check_open_files));
  checks.push_back(
      cli::plain_check("local.pdfium", "PDFium", [paths] { return check_pdfium(paths); }));
  checks.push_back(cli::plain_check("local.token_counts", "token counts",
                                    [paths] { return check_token_ranks(paths); }));
  checks.push_back(cli::plain_check("local.recognition", "text recognition",
                                    [config] { return check_recognition(config); }));
  checks.push_back(cli::plain_check("local.old_office", "old Office documents",
                                    [config, paths] { return check_converter(config, paths); }));
}

void add_launch_checks(const Config& config, const std::string& backups, Checks& checks) {
  checks.push_back({"TLS", [config] { return check_transport(config); }});
  checks.push_back({"rate limits", [config] { return check_limits(config); }});
  checks.push_back({"passwords", [config] { return check_secrets(config); }});
  checks.push_back(
      {"master key", [config] { return check_master_key(config, fs::path(config.data.folder)); }});
  checks.push_back({"durability", [config] { return check_sync(config); }});
  checks.push_back({"log", [config] { return check_log_level(config); }});
  checks.push_back({"shared cache", [config] { return check_sharing(config); }});
  checks.push_back({"chat model", [config] { return check_chat_model(config); }});
  checks.push_back({"backups", [config, backups] { return check_backups(config, backups); }});
  checks.push_back({"alerts", [] {
                      return checkup::skip({"launch.alerts", "alerts", "S199"},
                                           "seen from outside: aiva doctor --url URL "
                                           "--prometheus URL");
                    }});
}

void add_part_checks(const Config& config, const Paths& paths, const Built& parts, Checks& checks) {
  auto plain = [&checks, parts](std::string id, std::string title, auto check) {
    checks.push_back(
        cli::plain_check(std::move(id), std::move(title), [parts, check]() -> Result<std::string> {
          if (!*parts) return fail(parts->error());
          return check(***parts);
        }));
  };
  auto judged = [&checks, parts](std::string title, auto check) {
    auto run = [parts, title, check]() -> checkup::Finding {
      if (!*parts)
        return checkup::skip({.id = "local.parts", .title = title}, parts->error().message);
      return check(***parts);
    };
    checks.push_back({std::move(title), std::move(run)});
  };
  checks.push_back(
      cli::plain_check("local.parts", "parts", [parts, config, paths]() -> Result<std::string> {
        *parts = make_parts(config, paths);
        if (!*parts) return fail(parts->error());
        return "every part could be built";
      }));
  plain("local.rows", "rows", [config](Parts& made) { return check_rows(config, made); });
  judged("indexes", [](Parts& made) { return check_indexes(*made.database); });
  judged("connection pool", [config](Parts& made) { return check_pool(config, *made.database); });
  plain("local.redis", "Redis", [config](Parts& made) { return check_redis(config, made); });
  plain("local.objects", "objects", [config](Parts& made) { return check_objects(config, made); });
  plain("local.ledger", "ledger", check_ledger);
  plain("local.embedder", "embedder", check_embedder);
  plain("local.reader", "document reader", check_reader);
}

int check_running(const cli::DoctorArguments& asked, bool is_json) {
  auto http = make_http_client({.ca_file = asked.ca_file});
  if (!http) return cli::report(http.error());
  auto wanted = asked;
  if (const char* key = std::getenv("AIVA_API_KEY"); wanted.key.empty() && key != nullptr)
    wanted.key = key;
  return cli::print_findings(check_live(**http, wanted), is_json);
}

}  // namespace

Checks make_checks(const Config& config, const Paths& paths, const std::string& backups) {
  auto parts = std::make_shared<Result<std::unique_ptr<Parts>>>(
      fail(ErrorCode::unavailable, "not built yet"));
  Checks checks;
  add_machine_checks(config, paths, checks);
  add_launch_checks(config, backups, checks);
  add_part_checks(config, paths, parts, checks);
  return checks;
}

int run_doctor(const Config& config, const Paths& paths, const cli::Arguments& arguments) {
  const auto& asked = arguments.doctor;
  if (!asked.url.empty()) return check_running(asked, arguments.is_json);
  return cli::run_doctor(make_checks(config, paths, asked.backups), arguments.is_json);
}

}  // namespace aiva::app
