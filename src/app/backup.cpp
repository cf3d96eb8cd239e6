#include "app/backup.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "adapters/schema/migrate.h"
#include "app/backup_place.h"
#include "app/data_folder.h"
#include "app/row_access.h"
#include "app/version.h"
#include "capabilities/backup/backup.h"
#include "capabilities/backup/unfinished.h"
#include "faces/cli/backup_command.h"
#include "faces/cli/output.h"
#include "foundation/crypto.h"
#include "foundation/task.h"
#include "ports/clock.h"

namespace aiva::app {
namespace {

namespace fs = std::filesystem;
using backup::MasterKeyPlace;
using cli::Arguments;
using cli::CommandName;

constexpr std::size_t passphrase_bytes_min = 12;

Result<std::string> read_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line) || line.empty())
    return fail(ErrorCode::invalid, "Cannot read " + path);
  return line;
}

// Empty where backups lie open.
Result<std::string> find_passphrase(const Arguments& arguments) {
  std::string passphrase;
  if (!arguments.backup.key_file.empty()) {
    TRY(passphrase, read_line(arguments.backup.key_file));
  } else if (const char* value = std::getenv("AIVA_BACKUP_PASSPHRASE"); value != nullptr) {
    passphrase = value;
  }
  if (!passphrase.empty() && passphrase.size() < passphrase_bytes_min)
    return fail(ErrorCode::invalid, "The passphrase must have at least 12 bytes");
  return passphrase;
}

// The master key of an installation; empty where it has none yet.
Result<std::string> find_master_key(const Config& config, const fs::path& folder) {
  std::error_code error;
  bool has_key = !config.identity.master_key.empty() || fs::exists(folder / "master.key", error);
  return has_key ? load_master_key(config, folder) : std::string();
}

// What is sealed before it leaves this program does not leave it open as a backup either.
Result<void> check_sealing(const Config& config, const Arguments& arguments,
                           const std::string& passphrase) {
  const auto& objects = config.objects;
  bool is_sealed = objects.store == "s3" && objects.encryption == "sealed";
  bool leaves = arguments.backup.place.starts_with("s3://");
  if (!is_sealed || !leaves || !passphrase.empty()) return {};
  return fail(ErrorCode::invalid,
              "The files are sealed before they leave this program, and so must backups in S3 be: "
              "give --key-file or AIVA_BACKUP_PASSPHRASE");
}

// What a command on backups works with. The store's threads go last.
struct OpenBackups {
  explicit OpenBackups() = default;
  SystemClock clock{};
  ThreadPool files{{.name = "files", .threads = 2}};
  BackupPlace place{};
  std::string passphrase{};
  std::unique_ptr<backup::Backups> backups{};
};

Result<std::unique_ptr<OpenBackups>> open(const Config& config, const Arguments& arguments,
                                          const std::string& label) {
  auto opened = std::make_unique<OpenBackups>();
  bool may_create = arguments.command == CommandName::backup_take;
  TRY(opened->passphrase, find_passphrase(arguments));
  if (may_create) TRY_VOID(check_sealing(config, arguments, opened->passphrase));
  TRY(opened->place, open_backup_place(config, arguments.backup.place, opened->files, may_create));
  backup::VaultOptions options{.passphrase = opened->passphrase,
                               .flush = opened->place.flush,
                               .is_exclusive = opened->place.lock.has_value()};
  TRY(opened->backups,
      backup::open_backups(*opened->place.objects, opened->clock, options, may_create,
                           cli::show_progress(label, arguments.is_json)));
  return opened;
}

int take(const Config& config, const Arguments& arguments) {
  std::error_code error;
  auto folder = fs::absolute(config.data.folder, error);
  auto rows = open_rows(config, folder, false);
  if (!rows) return cli::report(rows.error());
  auto opened = open(config, arguments, "backup");
  if (!opened) return cli::report(opened.error());
  auto key = find_master_key(config, folder);
  if (!key) return cli::report(key.error());
  auto objects = open_files(config, folder, *key, (*opened)->files);
  if (!objects) return cli::report(objects.error());
  const auto& asked = arguments.backup;
  bool is_inside =
      asked.includes_master_key || (!(*opened)->passphrase.empty() && !asked.excludes_master_key);
  backup::TakeOptions options{
      .is_incremental = asked.is_incremental,
      .program = version,
      .master_key = std::move(*key),
      .master_key_place = is_inside ? MasterKeyPlace::inside : MasterKeyPlace::outside};
  return cli::run_backup(*(*opened)->backups, {**rows, **objects}, options, arguments);
}

// The migrations that the backup's schema had. A newer program's rows fit nowhere here.
Result<std::vector<Migration>> steps_of(const backup::BackupSummary& summary) {
  std::map<int, Migration> known;
  for (const auto& migration : embedded_migrations()) known[migration.version] = migration;
  std::vector<Migration> steps;
  for (const auto& step : summary.schema) {
    auto found = known.find(step.version);
    if (found == known.end() || found->second.name != step.name)
      return fail(ErrorCode::conflict, "The backup was made by a newer program (" +
                                           summary.program + "): it has migration " + step.name);
    steps.push_back(found->second);
  }
  return steps;
}

// Empty: whoever restores does without.
Result<std::string> find_key_of(backup::Backups& backups, const backup::BackupSummary& summary,
                                const Config& config, const Arguments& arguments) {
  std::string given;
  if (!arguments.backup.master_key_file.empty()) {
    TRY(auto line, read_line(arguments.backup.master_key_file));
    given = from_base64(line).value_or("");
    if (given.empty())
      return fail(ErrorCode::invalid, arguments.backup.master_key_file + " holds no master key");
  } else if (!config.identity.master_key.empty()) {
    TRY(given, load_master_key(config, {}));
  }
  auto key = backups.find_master_key(summary.name, given);
  if (key || key.error().code != ErrorCode::invalid) return key;
  if (arguments.backup.excludes_master_key) return std::string();
  key.error().message +=
      ". Give --master-key FILE (master.key of the old data folder) or identity.master_key; or "
      "--without-master-key: then everybody signs in again, and keys of providers, shops, "
      "webhooks and functions have to be given anew";
  return key;
}

Result<void> write_private_file(const fs::path& path, const std::string& text) {
  int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  bool is_written = descriptor >= 0 && ::write(descriptor, text.data(), text.size()) ==
                                           static_cast<ssize_t>(text.size());
  int number = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (is_written) return {};
  return fail(ErrorCode::unavailable, "Cannot write " + path.string(), std::strerror(number));
}

struct Restored {
  backup::BackupSummary summary{};
  backup::RestoreReport report{};
};

// Whoever serves the folder opens with it what is sealed here. Made where there is none.
Result<std::string> key_of_files(const Config& config, const fs::path& folder) {
  bool is_sealed = config.objects.store == "s3" && config.objects.encryption == "sealed";
  return is_sealed ? load_master_key(config, folder) : find_master_key(config, folder);
}

Result<backup::RestoreReport> fill(const Config& config, OpenBackups& opened,
                                   const backup::BackupSummary& summary, const fs::path& folder) {
  TRY(auto steps, steps_of(summary));
  TRY(auto rows, open_rows(config, folder, true));
  TRY_VOID(backup::begin_restore(*rows, summary.name));
  TRY_VOID(sync_wait(migrate(*rows, std::move(steps))));
  TRY(auto key, key_of_files(config, folder));
  TRY(auto objects, open_files(config, folder, key, opened.files));
  TRY(auto report, opened.backups->restore(summary.name, {*rows, *objects}));
  TRY_VOID(flush_file_system(folder));
  TRY_VOID(backup::end_restore(*rows));
  TRY_VOID(sync_wait(migrate(*rows)));
  return report;
}

Result<Restored> restore_into(const Config& config, const Arguments& arguments, OpenBackups& opened,
                              const fs::path& folder) {
  Restored restored;
  TRY(restored.summary, opened.backups->find(arguments.backup.at));
  TRY(auto key, find_key_of(*opened.backups, restored.summary, config, arguments));
  if (!key.empty() && config.identity.master_key.empty())
    TRY_VOID(write_private_file(folder / "master.key", to_base64(key) + "\n"));
  TRY(restored.report, fill(config, opened, restored.summary, folder));
  TRY_VOID(flush_file_system(folder));
  return restored;
}

// A folder beside the wanted one, which takes its name when all is in it.
Result<fs::path> make_work_folder(const fs::path& wanted) {
  std::error_code error;
  if (fs::exists(wanted, error) && !fs::is_empty(wanted, error))
    return fail(ErrorCode::conflict, "The folder " + wanted.string() + " is not empty");
  auto work =
      wanted.parent_path() / ("." + wanted.filename().string() + ".restoring-" + random_token(6));
  fs::create_directories(work, error);
  if (error) return fail(ErrorCode::unavailable, "Cannot make " + work.string(), error.message());
  fs::permissions(work, fs::perms::owner_all, error);
  return work;
}

Result<void> show_folder(const fs::path& work, const fs::path& wanted) {
  std::error_code error;
  fs::rename(work, wanted, error);
  if (error) return fail(ErrorCode::unavailable, "Cannot rename " + work.string(), error.message());
  return flush_file_system(wanted.parent_path());
}

}  // namespace

int run_backup_command(const Config& config, const Arguments& arguments) {
  if (arguments.command == CommandName::backup_take) return take(config, arguments);
  auto opened = open(config, arguments, "verify");
  if (!opened) return cli::report(opened.error());
  return arguments.command == CommandName::backup_list
             ? cli::run_backup_list(*(*opened)->backups, arguments)
             : cli::run_backup_verify(*(*opened)->backups, arguments);
}

int run_restore(const Config& config, const Arguments& arguments) {
  std::error_code error;
  auto wanted = fs::absolute(arguments.data_folder, error).lexically_normal();
  if (!wanted.has_filename()) wanted = wanted.parent_path();
  auto opened = open(config, arguments, "restore");
  if (!opened) return cli::report(opened.error());
  auto work = make_work_folder(wanted);
  if (!work) return cli::report(work.error());
  auto restored = restore_into(config, arguments, **opened, *work);
  cli::end_progress(arguments.is_json);
  if (restored) {
    if (auto shown = show_folder(*work, wanted); !shown)
      restored = std::unexpected(std::move(shown.error()));
  }
  if (!restored) {
    fs::remove_all(*work, error);
    return cli::report(restored.error());
  }
  cli::print_restored(restored->summary, restored->report, wanted.string(), arguments.is_json);
  return 0;
}

}  // namespace aiva::app
