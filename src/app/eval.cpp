#include "app/eval.h"

#include <pthread.h>
#include <signal.h>
#include <time.h>

#include <cerrno>
#include <chrono>
#include <memory>
#include <thread>
#include <utility>

#include "adapters/schema/migrate.h"
#include "adapters/sqlite/sqlite_database.h"
#include "app/first_run.h"
#include "app/parts.h"
#include "app/scratch_folder.h"
#include "capabilities/evaluation/evaluation.h"
#include "faces/cli/account_commands.h"
#include "faces/cli/eval_command.h"
#include "faces/cli/ingest_command.h"
#include "faces/cli/output.h"

namespace aiva::app {
namespace {

using evaluation::Subject;

// Turns SIGINT and SIGTERM into a request to stop, for as long as it lives.
class Interruption {
 public:
  Interruption() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGINT);
    sigaddset(&signals_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    thread_ = std::jthread([this](const std::stop_token& end) { watch(end); });
  }
  [[nodiscard]] std::stop_token token() const { return source_.get_token(); }

 private:
  void watch(const std::stop_token& end) {
    constexpr timespec patience{.tv_sec = 0, .tv_nsec = 100'000'000};
    while (!end.stop_requested())
      if (sigtimedwait(&signals_, nullptr, &patience) > 0) source_.request_stop();
  }

  sigset_t signals_{};
  std::stop_source source_;
  std::jthread thread_;
};

// Where searches write what they did, so that an evaluation is not seen in the history of searches.
struct SearchRecords {
  Database& database;
  billing::Billing& billing;
};

Subject subject_of(Parts& parts, knowledge::PassageRows& rows, SearchRecords records) {
  auto make_search = [&parts, records](const evaluation::Ranking& ranking) {
    search::SearchSettings settings{.cache_time = std::chrono::seconds(0)};
    settings.weights = ranking.weights(settings.weights);
    return search::make_search({.database = records.database,
                                .knowledge = *parts.knowledge,
                                .catalog = *parts.catalog,
                                .embedder = *parts.embedder.embedder,
                                .index = *parts.index,
                                .billing = records.billing,
                                .clock = parts.clock,
                                .metrics = parts.metrics},
                               settings);
  };
  return {.knowledge = *parts.knowledge,
          .rows = rows,
          .index = *parts.index,
          .embedder = *parts.embedder.embedder,
          .make_search = std::move(make_search)};
}

// An installation of its own in a folder that goes with it.
class PartsWorkshop final : public evaluation::Workshop {
 public:
  static Result<std::unique_ptr<Workshop>> open(Config config, const Paths& paths,
                                                const std::filesystem::path& data_folder) {
    TRY(auto scratch, ScratchFolder::make(data_folder));
    config.data.folder = scratch.path().string();
    config.database = {};
    config.billing.enforced = false;
    config.images.model = "packaged";  // opened when it is used first, and never here
    config.chat_model.provider = "none";
    config.models = {};
    TRY(auto parts, make_parts(config, paths));
    TRY_VOID(make_first_admin(*parts));
    TRY(auto tenant, cli::find_tenant(parts->identity->directory(), ""));
    return std::unique_ptr<Workshop>(
        new PartsWorkshop(std::move(scratch), std::move(parts), tenant.id));
  }

  Subject subject() override {
    return subject_of(*parts_, *rows_, {*parts_->database, *parts_->billing});
  }
  [[nodiscard]] TenantId tenant() const override { return tenant_; }
  ObjectStore& objects() override { return *parts_->objects; }
  JobQueue& jobs() override { return *parts_->jobs; }

 private:
  PartsWorkshop(ScratchFolder scratch, std::unique_ptr<Parts> parts, TenantId tenant)
      : scratch_(std::move(scratch)),
        parts_(std::move(parts)),
        rows_(knowledge::make_passage_rows(*parts_->database)),
        tenant_(tenant) {}

  ScratchFolder scratch_;
  std::unique_ptr<Parts> parts_;
  std::unique_ptr<knowledge::PassageRows> rows_;
  TenantId tenant_;
};

// What the command works with; each part may borrow the ones above it.
struct Bench {
  Bench(ScratchFolder folder, std::size_t width)
      : scratch(std::move(folder)), lanes({.name = "evaluation", .threads = width}) {}

  ScratchFolder scratch;
  ThreadPool lanes;
  std::unique_ptr<Parts> parts{};
  std::unique_ptr<Database> records{};
  std::unique_ptr<billing::Billing> billing{};
  std::unique_ptr<knowledge::PassageRows> rows{};
  std::unique_ptr<evaluation::Evaluation> evaluation{};
};

Result<std::unique_ptr<Bench>> make_bench(const Config& config, const Paths& paths, int width) {
  TRY(auto folder, prepare_data_folder(config));
  TRY(auto scratch, ScratchFolder::make(folder));
  auto bench = std::make_unique<Bench>(std::move(scratch), static_cast<std::size_t>(width));
  TRY(bench->parts, make_parts(config, paths));
  auto& parts = *bench->parts;
  TRY(bench->records, make_sqlite_database({.path = bench->scratch.path() / "searches.db"}));
  TRY_VOID(sync_wait(migrate(*bench->records)));
  bench->billing = billing::make_billing(*bench->records, parts.clock, {});
  bench->rows = knowledge::make_passage_rows(*parts.database);
  auto open_workshop = [&config, &paths, folder] {
    return PartsWorkshop::open(config, paths, folder);
  };
  bench->evaluation = evaluation::make_evaluation(
      {.subject = subject_of(parts, *bench->rows, {*bench->records, *bench->billing}),
       .database = *parts.database,
       .objects = *parts.objects,
       .files = parts.files,
       .clock = parts.clock,
       .open_workshop = std::move(open_workshop)});
  return bench;
}

Result<KnowledgeBaseId> find_base(Parts& parts, CallContext& context,
                                  const cli::Arguments& arguments) {
  TRY(auto tenant, cli::find_tenant(parts.identity->directory(), arguments.tenant));
  context.tenant = tenant.id;
  TRY(auto base, cli::find_knowledge_base(*parts.knowledge, context, arguments.knowledge_base));
  return base->id;
}

}  // namespace

int run_eval(const Config& config, const Paths& paths, const cli::Arguments& arguments) {
  Interruption interruption;
  const auto& eval = arguments.eval;
  cli::EvalRequest request;
  if (!eval.is_template) {
    auto read = cli::read_eval_request(eval);
    if (!read) return cli::report_mistakes(read.error());
    request = std::move(*read);
  }
  auto bench = make_bench(config, paths, eval.concurrency);
  if (!bench) return cli::report(bench.error());
  CallContext context{.cancellation = interruption.token(), .home = &(*bench)->lanes};
  auto base = find_base(*(*bench)->parts, context, arguments);
  if (!base) return cli::report_mistakes(base.error());
  request.plan.base = *base;
  auto& evaluation = *(*bench)->evaluation;
  if (eval.is_template) return cli::run_eval_template(evaluation, context, *base, eval);
  return cli::run_eval(evaluation, context, std::move(request), eval, arguments.is_json);
}

}  // namespace aiva::app
