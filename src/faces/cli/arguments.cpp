#include "faces/cli/arguments.h"

#include <CLI/CLI.hpp>
#include <sstream>

namespace aiva::cli {
namespace {

void add_common(CLI::App& app, Arguments& arguments) {
  app.add_option("--config", arguments.config_file, "Configuration file (TOML)");
  app.add_option("--data", arguments.data_folder, "Data folder; overrides the configuration");
  app.add_flag("--json", arguments.is_json, "Print JSON for programs");
}

CLI::App* command(CLI::App& parent, Arguments& arguments, const std::string& name,
                  const std::string& help, CommandName value) {
  auto* sub = parent.add_subcommand(name, help);
  add_common(*sub, arguments);
  sub->callback([&arguments, value] { arguments.command = value; });
  return sub;
}

void add_serve(CLI::App& app, Arguments& arguments) {
  auto* serve = command(app, arguments, "serve", "Run the server", CommandName::serve);
  serve->add_option("--host", arguments.host, "Address to listen on");
  serve->add_option("--port", arguments.port, "Port to listen on; 0 takes a free one")
      ->check(CLI::Range(0, 65535));
  serve->add_option("--role", arguments.role, "Which parts run in this process")
      ->check(CLI::IsMember({"all", "api", "worker", "bridge"}));
  serve->add_option("--sample", arguments.sample_folder,
                    "Folder of documents for a first knowledge base, loaded once");
}

void add_documents(CLI::App& app, Arguments& arguments) {
  auto* ingest =
      command(app, arguments, "ingest", "Add documents to a knowledge base", CommandName::ingest);
  ingest->add_option("files", arguments.files, "Files or folders")->required();
  ingest->add_option("--kb", arguments.knowledge_base,
                     "Knowledge base by name or id; a new name makes a new one");
  ingest->add_option("--tenant", arguments.tenant, "Tenant by name or id");
  // One value each, so that what follows is taken for files.
  ingest
      ->add_option("--include", arguments.includes,
                   "Only files that fit: '*.pdf', 'manuals/**'; may be repeated")
      ->allow_extra_args(false);
  ingest->add_option("--exclude", arguments.excludes, "No files that fit; may be repeated")
      ->allow_extra_args(false);
  ingest->add_option("--parallel", arguments.parallel, "Files stored at a time")
      ->check(CLI::Range(1, 64));

  auto* ask =
      command(app, arguments, "ask", "Answer a question from a knowledge base", CommandName::ask);
  ask->add_option("question", arguments.question, "The question")->required();
  ask->add_option("--kb", arguments.knowledge_base, "Knowledge base by name or id");
  ask->add_option("--tenant", arguments.tenant, "Tenant by name or id");
}

void add_eval(CLI::App& app, Arguments& arguments) {
  auto& eval = arguments.eval;
  auto* sub = command(app, arguments, "eval",
                      "Measure how well golden questions find their answers", CommandName::eval);
  sub->footer(
      "Ends with 0, 1 when a bar is missed or a search failed, 2 on wrong use, 130 when "
      "interrupted. docs/guides/evaluation.md describes the files.");
  auto* golden = sub->add_option("golden", eval.golden, "Questions (.jsonl or .csv)");
  sub->add_option("--kb", arguments.knowledge_base, "Knowledge base by name or id");
  sub->add_option("--tenant", arguments.tenant, "Tenant by name or id");
  sub->add_option("--top-k", eval.top_k, "Hits that count for recall and precision")
      ->check(CLI::Range(1, 50));
  sub->add_option("--compare", eval.settings,
                  "A setting beside the present one: vector_weight=0.5, lists=vectors, "
                  "chunk_size=800,chunk_overlap=100; may be repeated")
      ->allow_extra_args(false);
  sub->add_option("--min", eval.bars,
                  "What must be reached: hit@5=0.9, mrr:TAG=0.8, exact@10=0.95; may be repeated")
      ->allow_extra_args(false);
  sub->add_option("--concurrency", eval.concurrency, "Searches at a time")
      ->check(CLI::Range(1, 64));
  sub->add_option("--seed", eval.seed, "Seed of intervals and samples");
  sub->add_option("--rounds", eval.rounds, "Rounds of the bootstrap")
      ->check(CLI::Range(1, 100'000));
  sub->add_option("--exact", eval.exact_questions,
                  "Questions whose vectors are compared with an exact scan; 0: none")
      ->check(CLI::Range(0, 1000));
  auto* csv = sub->add_flag("--csv", eval.is_csv, "Print a row for each question of each setting");
  csv->excludes("--json");
  sub->add_option("--output", eval.output, "Write the report to this file, and show the table");
  auto* make = sub->add_option("--make-template", arguments.knowledge_base,
                               "Write questions out of a knowledge base's documents, to be edited");
  make->excludes(golden)->excludes("--kb")->each(
      [&eval](const std::string&) { eval.is_template = true; });
  sub->add_option("--count", eval.count, "Questions of a template")
      ->check(CLI::Range(1, 1000))
      ->needs(make);
  sub->callback([&arguments] {
    arguments.command = CommandName::eval;
    if (arguments.eval.golden.empty() && !arguments.eval.is_template)
      throw CLI::RequiredError("golden or --make-template");
  });
}

void add_load(CLI::App& app, Arguments& arguments) {
  auto& load = arguments.load;
  auto* sub = command(app, arguments, "load", "Put a load on a running server and measure it",
                      CommandName::load);
  sub->footer(
      "Ends with 0, 1 when a threshold is crossed or there was no load, 2 on wrong use, 130 when "
      "interrupted. docs/guides/load-testing.md describes scenarios, profiles and the report.");
  sub->add_option("--url", load.url, "The server: http://HOST:PORT");
  sub->add_option("--key", load.key, "API key or token; better in the variable AIVA_LOAD_KEY")
      ->envname("AIVA_LOAD_KEY");
  sub->add_option("--scenario", load.scenario,
                  "baseline, normal, peak, stress, spike or endurance");
  sub->add_option("--users", load.users, "Users at most; the scenario's phases change with it")
      ->check(CLI::Range(1, 20'000));
  sub->add_option("--rps", load.rate,
                  "Requests a second at most, sent whether or not answers come (open model)")
      ->check(CLI::Range(0.01, 100'000.0));
  sub->add_option("--connections", load.connections, "Connections of the open model")
      ->check(CLI::Range(1, 20'000))
      ->needs("--rps");
  sub->add_option("--duration", load.duration, "Length of the whole scenario: 90s, 5m, 2h");
  sub->add_option("--profile", load.profile, "document_heavy, chat_heavy, voice_heavy or mixed");
  sub->add_option("--mix", load.mix, "Weights instead of a profile: search=30,list_bases=10")
      ->excludes("--profile");
  sub->add_option("--think-time", load.think_time,
                  "What a user waits between two requests: 4s for 2s-6s, or 1s-3s");
  sub->add_option("--timeout", load.timeout, "What a request may take");
  sub->add_option("--documents", load.documents, "Sample documents made before")
      ->check(CLI::Range(0, 10'000));
  sub->add_option("--seed", load.seed, "Seed of what is asked, and when");
  sub->add_option("--report", load.report_folder,
                  "Folder for report.json, seconds.csv, operations.csv and report.html");
  sub->add_option("--fail-if", load.thresholds,
                  "Ends with 1 then: 'p95>200ms', 'search.p99>1s', 'errors>0.1%', '5xx>0.1%', "
                  "'rps<1000'; may be repeated")
      ->allow_extra_args(false);
  sub->add_flag("--keep", load.keeps, "Leave what was made for the test");
  sub->add_flag("--quiet", load.is_quiet, "No line each second");
  sub->add_flag("--list", load.is_list, "Show the scenarios and profiles as JSON");
  sub->callback([&arguments] {
    arguments.command = CommandName::load;
    if (arguments.load.is_list) return;
    if (arguments.load.url.empty()) throw CLI::RequiredError("--url");
    if (arguments.load.key.empty()) throw CLI::RequiredError("--key or AIVA_LOAD_KEY");
  });
}

void add_user(CLI::App& app, Arguments& arguments) {
  auto* user = app.add_subcommand("user", "Manage users");
  user->require_subcommand(1);
  auto* list = command(*user, arguments, "list", "List users", CommandName::user_list);
  list->add_option("--tenant", arguments.tenant, "Tenant by name or id");
  auto* add = command(*user, arguments, "add",
                      "Add a user; the password is read from standard "
                      "input, or made and printed once when that is a terminal",
                      CommandName::user_add);
  add->add_option("email", arguments.email, "E-mail address")->required();
  add->add_option("--name", arguments.name, "Display name");
  add->add_option("--role", arguments.user_role, "Role")
      ->check(CLI::IsMember({"super_admin", "admin", "agent_manager", "client"}));
  add->add_option("--tenant", arguments.tenant, "Tenant by name or id");
  auto* password = command(*user, arguments, "password", "Set a new password, given as for `add`",
                           CommandName::user_password);
  password->add_option("email", arguments.email, "E-mail address")->required();
  auto* deactivate =
      command(*user, arguments, "deactivate", "Lock a user out", CommandName::user_deactivate);
  deactivate->add_option("email", arguments.email, "E-mail address")->required();
}

void add_tenant(CLI::App& app, Arguments& arguments) {
  auto* tenant = app.add_subcommand("tenant", "Manage tenants");
  tenant->require_subcommand(1);
  command(*tenant, arguments, "list", "List tenants", CommandName::tenant_list);
  auto* add = command(*tenant, arguments, "add", "Add a tenant", CommandName::tenant_add);
  add->add_option("name", arguments.name, "Name")->required();
}

void add_credits(CLI::App& app, Arguments& arguments) {
  auto* credits = app.add_subcommand("credits", "Look after the credits of tenants");
  credits->require_subcommand(1);
  auto* balance = command(*credits, arguments, "balance", "What a tenant has left",
                          CommandName::credits_balance);
  balance->add_option("--tenant", arguments.tenant, "Tenant by name or id");
  auto* add = command(*credits, arguments, "add", "Add credits", CommandName::credits_add);
  add->add_option("amount", arguments.credits.dollars, "US dollars")
      ->required()
      ->check(CLI::Range(0.000001, 1e6));
  add->add_option("--tenant", arguments.tenant, "Tenant by name or id");
  add->add_option("--note", arguments.credits.note, "What they are for, at most 500 bytes");
  add->add_flag("--promotion", arguments.credits.is_promotion, "Given, not bought");
  auto* history = command(*credits, arguments, "history", "The newest entries of the ledger",
                          CommandName::credits_history);
  history->add_option("--tenant", arguments.tenant, "Tenant by name or id");
  history->add_option("--limit", arguments.credits.limit, "How many")->check(CLI::Range(1, 200));
  command(*credits, arguments, "reconcile",
          "Add up the whole ledger; ends with 1 when something differs",
          CommandName::credits_reconcile);
}

void add_models(CLI::App& app, Arguments& arguments) {
  auto* models = app.add_subcommand("models", "Manage models");
  models->require_subcommand(1);
  auto* add = models->add_subcommand("add", "Check a model and copy it into the data folder");
  add->require_subcommand(1);
  auto* clip = command(*add, arguments, "clip", "A CLIP as ONNX, for images found by text",
                       CommandName::model_add_clip);
  clip->add_option("folder", arguments.model_folder,
                   "Folder with vision_model.onnx, text_model.onnx (there or in onnx/), "
                   "tokenizer.json and preprocessor_config.json")
      ->required();
  clip->add_option("--name", arguments.name, "What to call it; else as the folder");
  auto* reranker = command(*add, arguments, "reranker",
                           "A cross-encoder as ONNX, which puts the hits of searches in order",
                           CommandName::model_add_reranker);
  reranker
      ->add_option("folder", arguments.model_folder,
                   "Folder with model.onnx (there or in onnx/) and tokenizer.json")
      ->required();
  reranker->add_option("--name", arguments.name, "What to call it; else as the folder");
}

void add_place(CLI::App& app, Arguments& arguments, const std::string& name) {
  app.add_option(name, arguments.backup.place, "Folder of the backups, or s3://BUCKET/PREFIX")
      ->required();
  app.add_option("--key-file", arguments.backup.key_file,
                 "File with the passphrase that encrypts them; else AIVA_BACKUP_PASSPHRASE");
}

void add_backup(CLI::App& app, Arguments& arguments) {
  auto& asked = arguments.backup;
  auto* backup = command(app, arguments, "backup", "Back this installation up while it is in use",
                         CommandName::backup_take);
  backup->require_subcommand(0, 1);
  backup->footer(
      "Ends with 0, 1 when it failed or something is damaged, 2 on wrong use. "
      "docs/guides/backup.md tells what is in a backup.");
  backup->add_option("--to", asked.place, "Folder of the backups, or s3://BUCKET/PREFIX");
  backup->add_option("--key-file", asked.key_file,
                     "File with the passphrase that encrypts them; else AIVA_BACKUP_PASSPHRASE");
  backup->add_flag("--incremental", asked.is_incremental,
                   "Believe what earlier backups wrote, and read only files that are new");
  backup->add_flag("--verify", asked.is_verified, "Read all of it again afterwards");
  backup->add_option("--keep", asked.keep, "Remove all but this many of the newest backups")
      ->check(CLI::Range(1, 100'000));
  auto* included = backup->add_flag("--include-master-key", asked.includes_master_key,
                                    "Put the master key into a backup that is not encrypted");
  backup
      ->add_flag("--exclude-master-key", asked.excludes_master_key,
                 "Leave the master key out of an encrypted backup")
      ->excludes(included);
  auto* list = command(*backup, arguments, "list", "List backups", CommandName::backup_list);
  add_place(*list, arguments, "--from,--to");
  auto* verify = command(*backup, arguments, "verify",
                         "Read all backups and check them; ends with 1 when something is damaged",
                         CommandName::backup_verify);
  add_place(*verify, arguments, "--from,--to");
  verify->add_option("--at", asked.at, "Whose rows are checked: a name or an instant");
  backup->callback([&arguments, backup] {
    if (!backup->get_subcommands().empty()) return;
    arguments.command = CommandName::backup_take;
    if (arguments.backup.place.empty()) throw CLI::RequiredError("--to");
  });
}

void add_restore(CLI::App& app, Arguments& arguments) {
  auto& asked = arguments.backup;
  auto* restore = command(app, arguments, "restore", "Make a new data folder out of a backup",
                          CommandName::restore);
  add_place(*restore, arguments, "--from");
  restore->add_option("--at", asked.at,
                      "Which backup: a name, or an instant it is not to be after");
  auto* file = restore->add_option("--master-key", asked.master_key_file,
                                   "The master.key of the installation, where the backup has none");
  restore
      ->add_flag("--without-master-key", asked.excludes_master_key,
                 "Go without: what is sealed in the rows is lost")
      ->excludes(file);
  restore->callback([&arguments] {
    arguments.command = CommandName::restore;
    if (arguments.data_folder.empty()) throw CLI::RequiredError("--data");
  });
}

void add_migrate(CLI::App& app, Arguments& arguments) {
  auto* migrate = command(app, arguments, "migrate",
                          "Bring the database to this version, or move it to another engine",
                          CommandName::migrate);
  migrate->add_option("--to", arguments.move_target,
                      "Move all rows there: mysql://USER@HOST/DATABASE or sqlite://FILE");
  migrate->callback([&arguments] {
    arguments.command =
        arguments.move_target.empty() ? CommandName::migrate : CommandName::migrate_to;
  });
}

void add_top(CLI::App& app, Arguments& arguments) {
  auto& top = arguments.top;
  auto* sub = command(app, arguments, "top", "Show what a running server does; q ends it",
                      CommandName::top);
  sub->footer(
      "Wants an API key with system.read (AIVA_API_KEY), or a super_admin's token (AIVA_TOKEN).");
  sub->add_option("--url", top.url, "Address of the server; else as configured");
  sub->add_option("--key", top.key, "API key; others on this machine can see it")
      ->excludes(sub->add_option("--token", top.token, "Access token; the same"));
  sub->add_option("--ca-file", top.ca_file, "Certificates trusted besides the system's");
  sub->add_option("--interval", top.interval_s, "Seconds between looks")
      ->check(CLI::Range(0.2, 3600.0));
  sub->add_flag("--once", top.is_once, "Look once; with --json print the answer");
}

}  // namespace

Parsed parse_arguments(int count, const char* const* values) {
  Parsed parsed;
  auto& arguments = parsed.arguments;
  CLI::App app("AIVA: agents that answer out of a company's own knowledge", "aiva");
  app.require_subcommand(1);
  add_serve(app, arguments);
  add_documents(app, arguments);
  add_eval(app, arguments);
  add_load(app, arguments);
  add_user(app, arguments);
  add_tenant(app, arguments);
  add_credits(app, arguments);
  add_models(app, arguments);
  add_backup(app, arguments);
  add_restore(app, arguments);
  add_migrate(app, arguments);
  add_top(app, arguments);
  add_plan_options(
      *command(app, arguments, "plan", "Say what a wanted load needs and costs", CommandName::plan),
      arguments.plan);
  add_doctor_options(
      *command(app, arguments, "doctor", "Check this installation, or a running one with --url",
               CommandName::doctor),
      arguments.doctor);
  command(app, arguments, "routes", "List the HTTP routes", CommandName::routes);
  command(app, arguments, "version", "Print the version", CommandName::version);
  try {
    app.parse(count, values);
  } catch (const CLI::ParseError& error) {
    std::ostringstream out;
    parsed.is_done = true;
    parsed.exit_code = app.exit(error, out, out) == 0 ? 0 : 2;
    parsed.text = out.str();
  }
  return parsed;
}

}  // namespace aiva::cli
