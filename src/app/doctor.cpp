#include "app/doctor.h"

#include <sys/resource.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <thread>

#include "adapters/docworker/conversion.h"
#include "adapters/docworker/legacy_converter.h"
#include "adapters/mysql/mysql_database.h"
#include "adapters/redis/redis_passage_index.h"
#include "adapters/redis/redis_signals.h"
#include "adapters/sqlite/sqlite_database.h"
#include "app/data_folder.h"
#include "app/parts.h"
#include "documents/tokens/token_ranks.h"
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

}  // namespace

std::vector<cli::Check> make_checks(const Config& config, const Paths& paths) {
  auto parts = std::make_shared<Result<std::unique_ptr<Parts>>>(
      fail(ErrorCode::unavailable, "not built yet"));
  auto with_parts = [parts](auto check) {
    return [parts, check]() -> Result<std::string> {
      if (!*parts) return fail(parts->error());
      return check(***parts);
    };
  };
  std::vector<cli::Check> checks;
  checks.push_back({"processor", [] {
                      return Result<std::string>(
                          std::to_string(std::thread::hardware_concurrency()) + " cores");
                    }});
  checks.push_back({"data folder", [config] { return check_folder(config); }});
  checks.push_back({"disk", [config] { return check_disk(config); }});
  checks.push_back({"open files", check_open_files});
  checks.push_back({"PDFium", [paths] { return check_pdfium(paths); }});
  checks.push_back({"token counts", [paths] { return check_token_ranks(paths); }});
  checks.push_back({"text recognition", [config] { return check_recognition(config); }});
  checks.push_back(
      {"old Office documents", [config, paths] { return check_converter(config, paths); }});
  checks.push_back({"parts", [parts, config, paths]() -> Result<std::string> {
                      *parts = make_parts(config, paths);
                      if (!*parts) return fail(parts->error());
                      return "every part could be built";
                    }});
  checks.push_back(
      {"rows", with_parts([config](Parts& made) { return check_rows(config, made); })});
  checks.push_back(
      {"Redis", with_parts([config](Parts& made) { return check_redis(config, made); })});
  checks.push_back(
      {"objects", with_parts([config](Parts& made) { return check_objects(config, made); })});
  checks.push_back({"ledger", with_parts(check_ledger)});
  checks.push_back({"embedder", with_parts(check_embedder)});
  checks.push_back({"document reader", with_parts(check_reader)});
  return checks;
}

}  // namespace aiva::app
