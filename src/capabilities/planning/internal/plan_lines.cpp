#include "capabilities/planning/internal/plan_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>

namespace aiva::planning {
namespace {

constexpr double turns_of_the_guide = 20;  // S107: 500 to 1000 messages/min in 30 to 50 sessions

std::string range(Range figures, const GuideTier& tier) {
  auto text = figures.from == figures.to
                  ? format_number(figures.to)
                  : format_number(figures.from) + " to " + format_number(figures.to);
  if (tier.tier == Tier::very_large) text += " and more";
  return text + " (" + std::string(tier.source) + ")";
}

// Writes lines of one section after another.
class Lines {
 public:
  explicit Lines(const PlanBasis& basis)
      : basis_(basis), tier_(guide_of(basis.sizing.whole.tier)) {}

  std::vector<PlanLine> make() {
    add_load();
    add_machine();
    add_processes();
    add_memory();
    add_storage();
    add_database();
    add_redis();
    add_network();
    add_models();
    return std::move(lines_);
  }

 private:
  struct Words {
    std::string guide{};
    std::string why{};
  };
  void begin(std::string section) { section_ = std::move(section); }
  void add(std::string id, std::string label, double number, const std::string& unit, Words words) {
    auto value = format_number(number) + (unit.empty() ? "" : " " + unit);
    lines_.push_back({section_, std::move(id), std::move(label), std::move(value), number,
                      std::move(words.guide), std::move(words.why)});
  }
  void say(std::string id, std::string label, std::string value, Words words) {
    lines_.push_back({section_, std::move(id), std::move(label), std::move(value), 0,
                      std::move(words.guide), std::move(words.why)});
  }
  [[nodiscard]] const Load& load() const { return basis_.sizing.whole.load; }
  [[nodiscard]] const Habits& habits() const { return basis_.prices.habits; }
  [[nodiscard]] std::string reason_of(const std::optional<double>& given) const {
    if (given) return "given";
    if (basis_.wish.load.tier) return "the tier's";
    return "in proportion between the tiers, as " + basis_.sizing.whole.tier_reason + " are";
  }

  void add_load();
  void add_machine();
  void add_processes();
  void add_memory();
  void add_storage();
  void add_database();
  void add_redis();
  void add_network();
  void add_models();
  void add_model(const ModelDemand& demand);

  const PlanBasis& basis_;
  const GuideTier& tier_;
  std::string section_{};
  std::vector<PlanLine> lines_{};
};

void Lines::add_load() {
  begin("Load");
  const auto& given = basis_.wish.load;
  say("load.tier", "tier", std::string(tier_.name),
      {.guide = range(tier_.users, tier_) + " users",
       .why =
           given.tier ? "asked for" : "the guide's, for its " + basis_.sizing.whole.tier_reason});
  add("load.users", "users at a time", load().users, "",
      {range(tier_.users, tier_), reason_of(given.users)});
  add("load.rps", "API requests", load().rps, "/s",
      {range(tier_.rps, tier_), reason_of(given.rps)});
  add("load.chats", "chats at a time", load().chats, "",
      {range(tier_.chats, tier_), reason_of(given.chats)});
  add("load.calls", "calls at a time", load().calls, "",
      {range(tier_.calls, tier_), reason_of(given.calls)});
  add("load.documents", "documents", load().documents_a_day, "a day",
      {range(tier_.documents, tier_) + " at a time", reason_of(given.documents_a_day)});
  add("load.chunks", "passages", load().chunks, "",
      {fmt::format("{} knowledge bases of {} documents ({})", format_number(tier_.bases),
                   format_number(tier_.documents_a_base), tier_.source),
       reason_of(given.chunks)});
  add("load.images", "images", load().images, "", {.why = reason_of(given.images)});
  add("load.tenants", "tenants", load().tenants, "",
      {.why =
           reason_of(given.tenants) + "; what a tenant notices does not depend on their number"});
}

void Lines::add_machine() {
  begin("Cores");
  const auto& cpu = basis_.sizing.cpu;
  const auto& measured = basis_.measured;
  add("cores.reads", "requests that read", cpu.reads, "cores",
      {.why = fmt::format("{} ms of CPU each, measured here",
                          format_number(measured.cached_request_cpu_ms))});
  add("cores.writes", "requests that write", cpu.writes, "cores",
      {.why = fmt::format("{:.0f} % of requests, {} ms each, measured here",
                          habits().write_share * 100, format_number(measured.write_cpu_ms))});
  add("cores.searches", "searches", cpu.searches, "cores",
      {.why = fmt::format("{:.0f} % of requests, {} ms each, {} where the answer is kept, measured "
                          "here",
                          habits().search_share * 100, format_number(measured.search_cpu_ms),
                          format_number(measured.kept_search_cpu_ms))});
  add("cores.chats", "chat turns", cpu.chats, "cores",
      {.guide = fmt::format("{:.0f} turns a minute of a chat (S107)", turns_of_the_guide),
       .why = fmt::format("{} turns a minute of each chat, {} ms each beside the model, measured "
                          "here",
                          format_number(habits().turns_a_minute),
                          format_number(measured.turn_cpu_ms))});
  add("cores.calls", "calls", cpu.calls, "cores",
      {.guide = "3 to 8 % of a core a call (S53)",
       .why = fmt::format(
           "{} ms a second of a call with {}, of docs/CAPACITY.md",
           format_number(basis_.wish.has_packaged_voices ? habits().packaged_call_cpu_ms
                                                         : habits().realtime_call_cpu_ms),
           basis_.wish.has_packaged_voices ? "the packaged voices" : "the speech of a provider")});
  add("cores.documents", "documents", cpu.documents, "cores",
      {.guide = "10 to 40 % of a core a document (S28)",
       .why = fmt::format("{} passages each over {:.0f} hours, {} ms a passage, measured here",
                          format_number(habits().chunks_a_document), habits().busy_hours,
                          format_number(measured.chunk_cpu_ms))});
  add("cores.total", "cores wanted", basis_.sizing.cores_wanted, "",
      {.guide = std::string(tier_.hardware),
       .why = fmt::format("{} cores at work, {:.0f} % kept free (S145)", format_number(cpu.total()),
                          basis_.wish.headroom * 100)});
}

void Lines::add_processes() {
  begin("Machines");
  const auto& sizing = basis_.sizing;
  for (const auto& group : sizing.groups)
    say("machines." + group.role, group.role,
        fmt::format("{:.0f} x {} ({} cores, {} GB)", group.count, group.machine.name,
                    format_number(group.machine.cores), format_number(group.machine.memory_gb)),
        {.guide = group.role == "all" || group.role == "api" ? std::string(tier_.processes) : "",
         .why = fmt::format("{}; wanted: cores {}, memory {} GB", group.why,
                            format_number(group.cores), format_number(group.memory_gb))});
  const auto& measured = basis_.measured;
  bool fits = sizing.fits_measured_machine;
  say("machines.measured", "the measured machine", fits ? "carries it alone" : "is not enough",
      {.why =
           fmt::format("{} cores, {} GB, {} GB of disk free", format_number(measured.cores),
                       format_number(measured.memory_gb), format_number(measured.disk_free_gb))});
  if (!sizing.spread_reason.empty())
    say("machines.several", "several machines", "yes", {.why = sizing.spread_reason});
}

void Lines::add_memory() {
  begin("Memory");
  const auto& memory = basis_.sizing.memory;
  add("memory.program", "program and encoder", memory.program, "MB", {.why = "measured here"});
  if (memory.voices > 0)
    add("memory.voices", "packaged voices", memory.voices, "MB",
        {.why = "the recognizer and the detector, of docs/CAPACITY.md"});
  add("memory.index", "index", memory.index, "MB",
      {.guide = fmt::format("{} GB of vectors in Redis (S78)",
                            format_number(basis_.sizing.redis.guide_vectors_gb)),
       .why = fmt::format("{} bytes a passage, those that come included; let "
                          "search.index_memory_mb be so much",
                          format_number(habits().chunk_index_bytes))});
  add("memory.chats", "chats", memory.chats, "MB",
      {.guide = "50 to 100 MB a session (S48)",
       .why = fmt::format("{} kB each", format_number(habits().chat_stream_kb))});
  add("memory.calls", "calls", memory.calls, "MB",
      {.guide = "50 to 150 MB a call (S53)",
       .why = fmt::format("{} kB each", format_number(habits().call_kb))});
  add("memory.readers", "documents being read", memory.readers, "MB",
      {.guide = "200 MB to 1 GB a document (S28)",
       .why =
           fmt::format("{} at a time, {} MB each", format_number(basis_.sizing.documents_at_a_time),
                       format_number(habits().reader_mb))});
  add("memory.images", "images being processed", memory.images, "MB",
      {.guide = "500 MB each (S34), CLIP 600 MB (S84)",
       .why = fmt::format("{} MB each", format_number(habits().image_mb))});
  add("memory.pages", "passages in the page cache", memory.pages, "MB",
      {.why = fmt::format("{:.0f} % of their rows", habits().hot_rows_share * 100)});
  add("memory.total", "memory wanted", basis_.sizing.memory_wanted_gb, "GB",
      {.guide = std::string(tier_.memory),
       .why = fmt::format("{} GB with half a GB for the system, {:.0f} % kept free (S147)",
                          format_number(memory.total() / 1000), basis_.wish.headroom * 100)});
}

void Lines::add_storage() {
  begin("Storage");
  const auto& storage = basis_.sizing.storage;
  const auto& measured = basis_.measured;
  add("storage.documents", "documents", storage.documents, "GB",
      {.why = fmt::format("{} kB each", format_number(habits().document_kb))});
  add("storage.rows", "rows and indexes", storage.rows, "GB",
      {.why = fmt::format("{} bytes a passage, measured here",
                          format_number(measured.chunk_disk_bytes))});
  add("storage.images", "images", storage.images, "GB",
      {.why = fmt::format("{} kB each", format_number(habits().image_kb))});
  if (storage.recordings > 0)
    add("storage.recordings", "recordings", storage.recordings, "GB",
        {.why = fmt::format("{:.0f} % of calls, kept {:.0f} days", habits().recorded_share * 100,
                            habits().recordings_days)});
  add("storage.growth", "growth",
      storage.growth_documents + storage.growth_rows + storage.growth_chats, "GB",
      {.why = fmt::format("{} months: {} GB of documents with their passages, {} GB of chats",
                          basis_.wish.growth_months,
                          format_number(storage.growth_documents + storage.growth_rows),
                          format_number(storage.growth_chats))});
  add("storage.total", "disk wanted", basis_.sizing.disk_wanted_gb, "GB",
      {.guide = format_number(tier_.disk_gb) + " GB",
       .why = fmt::format("{} GB, {:.0f} % kept free (alert above 80 % used, S149)",
                          format_number(storage.total()), basis_.wish.headroom * 100)});
  add("storage.backups", "place of backups", storage.total() * 1.3, "GB",
      {.why = "all of it once and what changes; elsewhere than the machine"});
}

void Lines::add_database() {
  begin("Database");
  const auto& sizing = basis_.sizing;
  const auto& measured = basis_.measured;
  bool is_embedded = sizing.spread_reason.empty();
  say("database.engine", "engine", is_embedded ? "SQLite suffices" : "MySQL or MariaDB",
      {.guide = std::string(tier_.database),
       .why = is_embedded ? "one machine, and its disk does more commits than are wanted"
                          : sizing.spread_reason});
  add("database.commits", "commits wanted", sizing.rates.commits, "/s",
      {.why = fmt::format("the disk here does {} /s, each flushed; one alone takes {} ms",
                          format_number(measured.commits_per_second),
                          format_number(measured.commit_ms))});
  if (is_embedded) return;
  const auto& database = sizing.database;
  add("database.buffer_pool", "innodb_buffer_pool_size", database.buffer_pool_gb, "GB",
      {.why = fmt::format("{:.0f} % of {} GB of passages", habits().hot_rows_share * 100,
                          format_number(sizing.storage.passages()))});
  add("database.connections", "max_connections", database.connections, "",
      {.why = "20 of each process (database.pool_max) and 20 to spare (S69)"});
  add("database.replicas", "replicas", database.replicas, "",
      {.why = "searches read there (S177)"});
}

void Lines::add_redis() {
  begin("Redis and files");
  const auto& sizing = basis_.sizing;
  bool is_spread = !sizing.spread_reason.empty();
  const auto& redis = sizing.redis;
  if (is_spread)
    add("redis.maxmemory", "maxmemory", redis.maxmemory_gb, "GB",
        {.guide = std::string(tier_.redis),
         .why = fmt::format("kept answers, limits and sessions take {} MB, at most 80 % used "
                            "(S155); vectors are in the processes' indexes",
                            format_number(redis.values_mb))});
  else
    say("redis.maxmemory", "Redis", "none needed",
        {.guide = std::string(tier_.redis),
         .why = "what one process keeps, it keeps in its own memory"});
  say("objects.store", "files", is_spread ? "a bucket of an S3 store" : "a folder of the disk",
      {.guide = is_spread ? "S3 or NFS (S175)" : "",
       .why = is_spread
                  ? fmt::format("{} GB with {} months of growth",
                                format_number(sizing.storage.files()), basis_.wish.growth_months)
                  : "nobody else needs them"});
}

void Lines::add_network() {
  begin("Network");
  const auto& wish = basis_.wish;
  add("network.bandwidth", "bandwidth wanted", basis_.sizing.network_mbit_s, "Mbit/s",
      {.guide = std::string(tier_.network),
       .why = fmt::format("answers of {} kB, calls of {} kbit/s, documents; {:.0f} % kept free "
                          "(S150)",
                          format_number(habits().answer_kb),
                          format_number(habits().call_kbit_s +
                                        (wish.has_packaged_voices ? 0 : habits().realtime_kbit_s)),
                          wish.headroom * 100)});
}

void Lines::add_models() {
  begin("Models of providers");
  for (const auto& demand : basis_.demands) add_model(demand);
  if (basis_.demands.empty())
    say("models.none", "models", "none outside", {.why = "all that is configured runs here"});
}

void Lines::add_model(const ModelDemand& demand) {
  auto id = "models." + demand.model.name;
  auto from = demand.model.is_assumed ? std::string("none is configured, this one is assumed; ")
                                      : std::string();
  if (demand.minutes_a_month > 0) {
    add(id, demand.model.name, demand.minutes_a_month, "minutes a month",
        {.why = from + fmt::format("{} calls over {:.0f} hours a day at {:.0f} % on average",
                                   format_number(load().calls), habits().busy_hours,
                                   habits().busy_share * 100)});
    return;
  }
  const auto* tier = find_model_tier(basis_.prices, demand, basis_.wish.headroom);
  auto allowed = tier == nullptr
                     ? std::string("more than any tier of the table allows")
                     : fmt::format("{} ({} RPM, {} TPM)", tier->name, format_number(tier->requests),
                                   format_number(tier->tokens));
  say(id, demand.model.name,
      fmt::format("{} RPM, {} TPM: {}", format_number(std::ceil(demand.requests_a_minute)),
                  format_number(std::ceil(demand.tokens_a_minute)), allowed),
      {.guide = "3; 500/200k; 5000/2M; 10k/5M a minute (S110)",
       .why =
           from + fmt::format("{:.0f} % of a limit kept free; above it calls wait for their turn",
                              basis_.wish.headroom * 100)});
}

}  // namespace

std::vector<PlanLine> make_lines(const PlanBasis& basis) { return Lines(basis).make(); }

std::string format_number(double value) {
  if (!std::isfinite(value)) return "?";
  double size = std::abs(value);
  if (size >= 1000 || size == std::floor(size)) {
    auto digits = fmt::format("{:.0f}", value);
    std::size_t first = digits.front() == '-' ? 1 : 0;
    for (auto at = digits.size(); at > first + 3;) digits.insert(at -= 3, ",");
    return digits;
  }
  int decimals = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  if (size < 0.01) decimals = 4;
  return fmt::format("{:.{}f}", value, decimals);
}

}  // namespace aiva::planning
