#include "faces/cli/backup_command.h"

#include <unistd.h>

#include <cstdio>
#include <memory>
#include <utility>

#include "faces/cli/output.h"
#include "faces/cli/terminal.h"
#include "foundation/json_writer.h"
#include "foundation/time.h"

namespace aiva::cli {
namespace {

using backup::BackupSummary;
using backup::MasterKeyPlace;

double in_megabytes(std::int64_t bytes) { return static_cast<double>(bytes) / 1e6; }

void write_summary(JsonWriter& writer, const BackupSummary& summary) {
  writer.field("name", summary.name);
  if (!summary.damage.empty()) {
    writer.field("damage", summary.damage);
    return;
  }
  writer.field("snapshot_at", to_iso8601(summary.snapshot_at))
      .field("seconds", static_cast<double>(summary.ended_at - summary.began_at) / 1000)
      .field("program", summary.program)
      .field("is_incremental", summary.is_incremental)
      .field("is_encrypted", summary.is_sealed)
      .field("has_master_key", summary.master_key == MasterKeyPlace::inside)
      .field("tables", summary.tables)
      .field("rows", summary.rows)
      .field("files", summary.objects)
      .field("bytes", summary.row_bytes + summary.object_bytes)
      .field("new_bytes", summary.new_bytes);
  writer.key("missing").begin_array();
  for (const auto& key : summary.missing) writer.value(key);
  writer.end_array();
}

void print_line(const BackupSummary& summary) {
  if (!summary.damage.empty()) {
    std::printf("%-26s %s\n", summary.name.c_str(), summary.damage.c_str());
    return;
  }
  std::printf("%-26s %s  %10lld rows %8lld files %10.1f MB, new %8.1f MB%s%s\n",
              summary.name.c_str(), to_iso8601(summary.snapshot_at).c_str(),
              static_cast<long long>(summary.rows), static_cast<long long>(summary.objects),
              in_megabytes(summary.row_bytes + summary.object_bytes),
              in_megabytes(summary.new_bytes), summary.is_incremental ? ", incremental" : "",
              summary.master_key == MasterKeyPlace::inside ? ", with the master key" : "");
}

// Whoever loses the key loses what is sealed: say it each time.
void warn_of_key(const BackupSummary& summary, bool is_json) {
  if (is_json) return;
  if (summary.master_key == MasterKeyPlace::outside)
    std::fprintf(stderr,
                 "The master key is NOT in this backup. Keep master.key (or identity.master_key) "
                 "elsewhere: without it signing keys, and the keys of providers, shops and "
                 "webhooks cannot be read after a restore.\n");
  else if (!summary.is_sealed)
    std::fprintf(stderr,
                 "The master key IS in this backup, which is not encrypted: whoever reads the "
                 "folder reads every secret of this installation.\n");
  for (const auto& key : summary.missing)
    std::fprintf(stderr, "A row names a file that is not there: %s\n", key.c_str());
}

std::string pruned_text(const backup::PruneReport& pruned) {
  return "Removed " + std::to_string(pruned.backups.size()) + " older backups and " +
         std::to_string(pruned.chunks.chunks) + " chunks that only they needed.";
}

void write_damages(JsonWriter& writer, const backup::VerifyReport& found) {
  writer.key("damages").begin_array();
  for (const auto& damage : found.damages)
    writer.begin_object().field("what", damage.what).field("where", damage.where).end_object();
  writer.end_array();
}

int print_verified(const backup::VerifyReport& found, bool is_json) {
  if (is_json) {
    std::string text;
    JsonWriter writer(text);
    writer.begin_object()
        .field("backups", found.backups)
        .field("chunks", found.chunks)
        .field("rows", found.rows)
        .field("files", found.objects);
    write_damages(writer, found);
    writer.end_object();
    std::printf("%s\n", text.c_str());
    return found.damages.empty() ? 0 : 1;
  }
  for (const auto& damage : found.damages)
    std::printf("DAMAGED  %s: %s\n", damage.what.c_str(), damage.where.c_str());
  std::printf("%lld backups, %lld chunks, %lld rows: %s\n", static_cast<long long>(found.backups),
              static_cast<long long>(found.chunks), static_cast<long long>(found.rows),
              found.damages.empty() ? "all is sound" : "damaged; a full backup mends its chunks");
  return found.damages.empty() ? 0 : 1;
}

}  // namespace

backup::OnProgress show_progress(std::string label, bool is_quiet) {
  // Shared by the copies of the function.
  auto bar = std::make_shared<ProgressBar>(std::move(label), is_quiet);
  return [bar](const backup::Progress& progress) {
    auto percent = progress.total > 0 ? progress.done * 100 / progress.total : 0;
    bar->show(static_cast<int>(percent),
              std::string(progress.step) + " " + std::to_string(progress.done));
  };
}

void end_progress(bool is_quiet) {
  if (!is_quiet && isatty(STDERR_FILENO) != 0) std::fputs("\r\033[K", stderr);
}

int run_backup(backup::Backups& backups, backup::Installation source,
               const backup::TakeOptions& options, const Arguments& arguments) {
  auto taken = backups.take(source, options);
  end_progress(arguments.is_json);
  if (!taken) return report(taken.error());
  std::string text;
  JsonWriter writer(text);
  writer.begin_object();
  write_summary(writer, taken->backup);
  writer.field("new_chunks", taken->new_chunks).field("mended_chunks", taken->mended_chunks);
  writer.end_object();
  if (arguments.is_json) {
    std::printf("%s\n", text.c_str());
  } else {
    print_line(taken->backup);
    if (taken->mended_chunks > 0)
      std::printf("%lld chunks of earlier backups were damaged and are mended.\n",
                  static_cast<long long>(taken->mended_chunks));
  }
  warn_of_key(taken->backup, arguments.is_json);
  int code = 0;
  if (arguments.backup.is_verified) {
    auto found = backups.verify(taken->backup.name);
    end_progress(arguments.is_json);
    if (!found) return report(found.error());
    code = print_verified(*found, arguments.is_json);
  }
  // Older ones may be what is left, where the new one is damaged.
  if (arguments.backup.keep == 0 || code != 0) return code;
  auto pruned = backups.prune(static_cast<std::size_t>(arguments.backup.keep));
  if (!pruned) return report(pruned.error());
  if (!arguments.is_json) std::printf("%s\n", pruned_text(*pruned).c_str());
  return 0;
}

int run_backup_list(backup::Backups& backups, const Arguments& arguments) {
  auto summaries = backups.list();
  if (!summaries) return report(summaries.error());
  std::string text;
  JsonWriter writer(text);
  writer.begin_array();
  for (const auto& summary : *summaries) {
    if (!arguments.is_json) print_line(summary);
    writer.begin_object();
    write_summary(writer, summary);
    writer.end_object();
  }
  writer.end_array();
  if (arguments.is_json) std::printf("%s\n", text.c_str());
  return 0;
}

int run_backup_verify(backup::Backups& backups, const Arguments& arguments) {
  std::string name;
  if (!arguments.backup.at.empty()) {
    auto summary = backups.find(arguments.backup.at);
    if (!summary) return report(summary.error());
    name = summary->name;
  }
  auto found = backups.verify(name);
  end_progress(arguments.is_json);
  if (!found) return report(found.error());
  return print_verified(*found, arguments.is_json);
}

void print_restored(const BackupSummary& summary, const backup::RestoreReport& report,
                    const std::string& folder, bool is_json) {
  if (is_json) {
    std::string text;
    JsonWriter writer(text);
    writer.begin_object()
        .field("name", summary.name)
        .field("snapshot_at", to_iso8601(summary.snapshot_at))
        .field("folder", folder)
        .field("tables", report.tables)
        .field("rows", report.rows)
        .field("files", report.objects)
        .field("file_bytes", report.object_bytes)
        .end_object();
    std::printf("%s\n", text.c_str());
    return;
  }
  std::printf("%s is restored as it was at %s: %lld rows, %lld files.\n", folder.c_str(),
              to_iso8601(summary.snapshot_at).c_str(), static_cast<long long>(report.rows),
              static_cast<long long>(report.objects));
  std::printf("Start it with  aiva serve --data %s\n", folder.c_str());
}

void print_moved(const backup::MoveReport& report, bool is_json) {
  if (is_json) {
    std::string text;
    JsonWriter writer(text);
    writer.begin_object()
        .field("tables", report.tables)
        .field("rows", report.rows)
        .field("rows_copied", report.rows_copied)
        .end_object();
    std::printf("%s\n", text.c_str());
    return;
  }
  std::printf("%lld tables with %lld rows are moved and compared.\n",
              static_cast<long long>(report.tables), static_cast<long long>(report.rows));
  std::printf(
      "Name the new database in the configuration. The data folder's files/ and master.key are "
      "still needed; its aiva.db is not, keep it until all is well.\n");
}

}  // namespace aiva::cli
