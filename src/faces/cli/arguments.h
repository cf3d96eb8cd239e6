#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "faces/cli/doctor_arguments.h"
#include "faces/cli/plan_arguments.h"
#include "foundation/result.h"

namespace aiva::cli {

enum class CommandName {
  serve,
  migrate,
  migrate_to,
  backup_take,
  backup_list,
  backup_verify,
  restore,
  ingest,
  ask,
  eval,
  load,
  user_list,
  user_add,
  user_password,
  user_deactivate,
  tenant_list,
  tenant_add,
  credits_balance,
  credits_add,
  credits_history,
  credits_reconcile,
  model_add_clip,
  model_add_reranker,
  plan,
  doctor,
  top,
  routes,
  version,
};

// What `aiva eval` is asked for.
struct EvalArguments {
  std::string golden{};                 // the file of questions
  bool is_template = false;             // --make-template: write one instead
  std::string output{};                 // empty: standard output
  std::vector<std::string> settings{};  // --compare
  std::vector<std::string> bars{};      // --min
  bool is_csv = false;
  int top_k = 5;
  int concurrency = 4;
  std::uint64_t seed = 1;
  int rounds = 2000;
  int exact_questions = 50;
  int count = 50;  // questions of a template
};

// What `aiva credits` is asked for.
struct CreditArguments {
  double dollars = 0;
  std::string note{};
  bool is_promotion = false;
  int limit = 20;
};

// What `aiva backup` and `aiva restore` are asked for.
struct BackupArguments {
  std::string place{};  // a folder or s3://BUCKET[/PREFIX]
  std::string at{};     // a name or an instant; empty: the newest
  std::string key_file{};
  std::string master_key_file{};
  bool is_incremental = false;
  bool includes_master_key = false;
  bool excludes_master_key = false;
  bool is_verified = false;
  int keep = 0;  // 0: all
};

// What `aiva load` is asked for. Lengths of time are texts such as 90s or 5m.
struct LoadArguments {
  std::string url{};
  std::string key{};
  std::string scenario = "normal";
  std::string profile = "mixed";
  std::string mix{};       // empty: the profile's
  int users = 0;           // 0: the scenario's
  double rate = 0;         // --rps; 0: users who think
  int connections = 0;     // 0: as many as the rate wants
  std::string duration{};  // empty: the scenario's
  std::string think_time = "4s";
  std::string timeout = "30s";
  int documents = 20;
  std::uint64_t seed = 1;
  std::string report_folder{};
  std::vector<std::string> thresholds{};  // --fail-if
  bool keeps = false;
  bool is_quiet = false;
  bool is_list = false;  // show scenarios and profiles instead
};

// What `aiva top` is asked for.
struct TopArguments {
  std::string url{};  // empty: where a server of the configuration listens
  std::string key{};
  std::string token{};
  std::string ca_file{};
  double interval_s = 1;
  bool is_once = false;
};

// What the command line asks for. Texts are empty and lists too where nothing was given.
struct Arguments {
  CommandName command = CommandName::version;
  std::string config_file{};
  std::string data_folder{};
  bool is_json = false;  // --json: machine-readable output

  std::string host{};           // serve
  int port = -1;                // serve; -1: as configured
  std::string role{};           // serve: all | api | worker | bridge; empty: as configured
  std::string sample_folder{};  // serve: documents loaded into a first knowledge base

  std::string tenant{};          // name or id; empty: the first tenant
  std::string knowledge_base{};  // name or id; empty: the only or first one
  std::vector<std::string> files{};
  std::vector<std::string> includes{};  // ingest: patterns of file names
  std::vector<std::string> excludes{};
  int parallel = 4;  // ingest: files stored at a time
  std::string question{};
  int top_k = 6;
  EvalArguments eval{};
  LoadArguments load{};
  CreditArguments credits{};
  BackupArguments backup{};
  PlanArguments plan{};
  DoctorArguments doctor{};
  TopArguments top{};
  std::string move_target{};  // migrate: the database that rows are moved into

  std::string model_folder{};  // models add: where the model is

  std::string email{};
  std::string name{};
  std::string user_role = "client";
};

// What parsing came to: arguments, or a text to print (help, version, a mistake) and an exit code.
struct Parsed {
  Arguments arguments{};
  bool is_done = false;
  int exit_code = 0;
  std::string text{};
};

// Reads the command line; never prints or exits.
Parsed parse_arguments(int count, const char* const* values);

}  // namespace aiva::cli
