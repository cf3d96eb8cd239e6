#include "app/commands.h"

#include <unistd.h>

#include <cstdio>

#include "app/added_models.h"
#include "app/background_work.h"
#include "app/backup.h"
#include "app/data_folder.h"
#include "app/doctor.h"
#include "app/eval.h"
#include "app/first_run.h"
#include "app/move.h"
#include "app/parts.h"
#include "app/plan.h"
#include "app/routes.h"
#include "app/top.h"
#include "app/version.h"
#include "faces/cli/account_commands.h"
#include "faces/cli/ask_command.h"
#include "faces/cli/credit_commands.h"
#include "faces/cli/ingest_command.h"
#include "faces/cli/load_command.h"
#include "faces/cli/output.h"
#include "foundation/crypto.h"

namespace aiva::app {
namespace {

namespace fs = std::filesystem;
using cli::Arguments;
using cli::CommandName;

constexpr auto drain_patience = std::chrono::seconds(10);

// A running server works on the queue; without one this process does.
int ingest(const Config& config, Parts& parts, CallContext context, const Arguments& arguments) {
  auto lock = ServeLock::try_take(parts.folder);
  if (!lock) return cli::report(lock.error());
  std::unique_ptr<worker::Worker> worker;
  if (lock->has_value()) {
    worker = make_worker(config, parts);
    worker->start();
  }
  cli::IngestOptions options{.files = arguments.files,
                             .includes = arguments.includes,
                             .excludes = arguments.excludes,
                             .knowledge_base = arguments.knowledge_base,
                             .parallel = arguments.parallel,
                             .is_json = arguments.is_json};
  int code = cli::run_ingest(*parts.knowledge, *parts.objects, context, options);
  if (worker) worker->drain(drain_patience);
  return code;
}

int ask(Parts& parts, CallContext context, const Arguments& arguments) {
  auto base = cli::find_knowledge_base(*parts.knowledge, context, arguments.knowledge_base);
  if (!base) return cli::report(base.error());
  cli::AskOptions options{
      .knowledge_base = (*base)->id, .question = arguments.question, .is_json = arguments.is_json};
  return cli::run_ask(*parts.chat, context, options);
}

int run_with_parts(const Config& config, const Paths& paths, const Arguments& arguments) {
  auto parts = make_parts(config, paths);
  if (!parts) return cli::report(parts.error());
  auto& identity = *(*parts)->identity;
  if (arguments.command == CommandName::migrate) {
    std::printf("The database is at this version.\n");
    return 0;
  }
  cli::CreditParts credits{*(*parts)->billing, *(*parts)->database, identity.directory()};
  if (auto code = cli::run_credit_command(credits, arguments)) return *code;
  if (arguments.command != CommandName::ingest && arguments.command != CommandName::ask)
    return cli::run_account_command(identity, arguments);
  auto tenant = cli::find_tenant(identity.directory(), arguments.tenant);
  if (!tenant && arguments.tenant.empty()) {
    auto admin = make_first_admin(**parts);
    if (!admin) return cli::report(admin.error());
    if (*admin)
      std::fprintf(stderr, "First admin: %s\nPassword (shown once): %s\n", (*admin)->email.c_str(),
                   (*admin)->password.c_str());
    tenant = cli::find_tenant(identity.directory(), "");
  }
  if (!tenant) return cli::report(tenant.error());
  CallContext context{.tenant = tenant->id};
  return arguments.command == CommandName::ingest ? ingest(config, **parts, context, arguments)
                                                  : ask(**parts, context, arguments);
}

// The table is the same for every installation, so an empty one is built to read it from.
int list_routes(Config config, const Paths& paths, bool is_json) {
  auto folder = fs::temp_directory_path() / ("aiva-routes-" + random_token(8));
  config.data.folder = folder.string();
  config.database = {};
  config.embedder.provider = "none";
  int code = 0;
  if (auto parts = make_parts(config, paths)) {
    http::Lifecycle lifecycle;
    std::printf("%s\n",
                describe_routes(make_routes(config, paths, **parts, lifecycle), is_json).c_str());
  } else {
    code = cli::report(parts.error());
  }
  std::error_code ignored;
  fs::remove_all(folder, ignored);
  return code;
}

int add_clip_model(const Config& config, const Paths& paths, const Arguments& arguments) {
  auto folder = prepare_data_folder(config);
  if (!folder) return cli::report(folder.error());
  auto added = add_clip({.library = paths.onnxruntime,
                         .data_folder = *folder,
                         .source = arguments.model_folder,
                         .name = arguments.name});
  if (!added) return cli::report(added.error());
  if (arguments.is_json) {
    std::printf("%s\n", describe(*added).c_str());
    return 0;
  }
  std::printf("%s: %zu dimensions, pictures of %d pixels, texts of up to %zu tokens.\n",
              added->model.c_str(), added->dimension, added->picture_side, added->tokens_max);
  std::printf("To use it set  model = \"%s\"  in [images] and restart the server.\n",
              added->name.c_str());
  return 0;
}

int add_reranker_model(const Config& config, const Paths& paths, const Arguments& arguments) {
  auto folder = prepare_data_folder(config);
  if (!folder) return cli::report(folder.error());
  auto added = add_reranker({.library = paths.onnxruntime,
                             .data_folder = *folder,
                             .source = arguments.model_folder,
                             .name = arguments.name});
  if (!added) return cli::report(added.error());
  if (arguments.is_json) {
    std::printf("%s\n", describe(*added).c_str());
    return 0;
  }
  std::printf("%s: reads up to %zu tokens of a question and a passage.\n", added->model.c_str(),
              added->tokens_max);
  std::printf("To use it set  reranker = \"%s\"  in [search] and restart the server.\n",
              added->name.c_str());
  return 0;
}

}  // namespace

bool is_terminal_log() { return isatty(STDERR_FILENO) != 0; }

int run_command(const Config& config, const Paths& paths, const Arguments& arguments) {
  switch (arguments.command) {
    case CommandName::version:
      std::printf(arguments.is_json ? "{\"version\":\"%s\"}\n" : "aiva %s\n", version);
      return 0;
    case CommandName::routes: return list_routes(config, paths, arguments.is_json);
    case CommandName::plan: return run_plan(config, paths, arguments);
    case CommandName::doctor: return run_doctor(config, paths, arguments);
    case CommandName::top: return run_top(config, arguments);
    case CommandName::eval: return run_eval(config, paths, arguments);
    case CommandName::load: return cli::run_load(arguments.load, arguments.is_json);
    case CommandName::model_add_clip: return add_clip_model(config, paths, arguments);
    case CommandName::model_add_reranker: return add_reranker_model(config, paths, arguments);
    case CommandName::backup_take:
    case CommandName::backup_list:
    case CommandName::backup_verify: return run_backup_command(config, arguments);
    case CommandName::restore: return run_restore(config, arguments);
    case CommandName::migrate_to: return run_move(config, arguments);
    case CommandName::serve: return 2;
    case CommandName::migrate:
    case CommandName::ingest:
    case CommandName::ask:
    case CommandName::user_list:
    case CommandName::user_add:
    case CommandName::user_password:
    case CommandName::user_deactivate:
    case CommandName::tenant_list:
    case CommandName::tenant_add:
    case CommandName::credits_balance:
    case CommandName::credits_add:
    case CommandName::credits_history:
    case CommandName::credits_reconcile: return run_with_parts(config, paths, arguments);
  }
  return 2;
}

}  // namespace aiva::app
