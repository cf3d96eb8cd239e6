#pragma once

#include <string>

#include "capabilities/backup/backup.h"
#include "capabilities/backup/move.h"
#include "faces/cli/arguments.h"

namespace aiva::cli {

// Shows on standard error how far something is.
backup::OnProgress show_progress(std::string label, bool is_quiet);

// Takes the last of it from the terminal, before anything else is printed.
void end_progress(bool is_quiet);

// Each prints what came of its operation and answers the exit code.
int run_backup(backup::Backups& backups, backup::Installation source,
               const backup::TakeOptions& options, const Arguments& arguments);
int run_backup_list(backup::Backups& backups, const Arguments& arguments);
// 1 when something is damaged.
int run_backup_verify(backup::Backups& backups, const Arguments& arguments);

// What was restored into a folder, and how to go on.
void print_restored(const backup::BackupSummary& summary, const backup::RestoreReport& report,
                    const std::string& folder, bool is_json);
void print_moved(const backup::MoveReport& report, bool is_json);

}  // namespace aiva::cli
