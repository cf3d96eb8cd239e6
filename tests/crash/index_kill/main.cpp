// Kills a program that changes an index, again and again, and checks what is left each time:
// exactly the rows of a version that was reached, none older than what was on disk, no temporary
// files. Every few rounds a file is damaged besides: it must be noticed or make no difference.
// usage: index_kill [--kills N] [--seed N] [--delay-ms N]     ends with 1 when anything was wrong
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "crash/index_kill/folder_state.h"
#include "crash/index_kill/killing.h"
#include "crash/index_kill/shown_rows.h"
#include "foundation/log.h"
#include "ports/testing/temporary_folder.h"

namespace aiva::crash {
namespace {

constexpr std::uint64_t damage_every = 4;

struct Options {
  std::uint64_t kills = 25;
  std::uint64_t seed = 1;
  std::uint64_t delay_ms = 300;
};

struct Tally {
  std::uint64_t kills = 0;
  std::uint64_t during_writes = 0;  // temporary files were left
  std::uint64_t lost_changes = 0;   // the version on disk was behind the one shown
  std::uint64_t damages = 0;
  std::uint64_t noticed = 0;
  std::uint64_t erased = 0;  // left by a kill during an erasure
  std::int64_t versions = 0;
  int faults = 0;
};

class Killer {
 public:
  Killer(const Options& options, const std::filesystem::path& folder)
      : options_(options),
        random_(options.seed),
        collection_(folder / "collection"),
        index_(folder / "index") {}

  const Tally& run() {
    for (; tally_.kills < options_.kills && tally_.faults == 0; ++tally_.kills) {
      if (tally_.kills % 2 == 0)
        kill_collection();
      else
        kill_index();
    }
    return tally_;
  }

 private:
  void fault(const std::string& what) {
    ++tally_.faults;
    const std::uint64_t number = tally_.kills + 1;
    std::fprintf(stderr, "FAULT at kill %s: %s\n", std::to_string(number).c_str(), what.c_str());
  }

  std::vector<Told> kill_child(std::vector<std::string> arguments) {
    arguments.push_back(std::to_string(random_.next()));
    // Some die while they begin, most at work.
    auto first = random_.one_in(4) ? Word::opened : Word::changed;
    auto told =
        run_and_kill(arguments, first, std::chrono::milliseconds(random_.below(options_.delay_ms)));
    if (told.empty()) fault("the child ended by itself");
    for (const auto& line : told)
      if (line.word == Word::failed) fault("the child failed");
    return told;
  }

  void kill_collection() {
    auto told = kill_child({"--collection", collection_.string(), std::to_string(options_.seed),
                            std::to_string(slot_.generation), std::to_string(slot_.rows_version)});
    auto least = durable_;
    auto shown = std::int64_t{0};
    for (const auto& line : told) {
      if (line.word == Word::opened && line.version != durable_)
        fault("opened at version " + std::to_string(line.version));
      if (line.word == Word::beginning)
        slot_.rows_version = std::max(slot_.rows_version, line.version);
      if (line.word == Word::changed) shown = std::max(shown, line.version);
      if (line.word == Word::durable) least = std::max(least, line.version);
    }
    History history(history_seed(options_.seed, 0, slot_.generation));
    if (look_at(collection_).temporary > 0) ++tally_.during_writes;
    auto read = check_collection(collection_, history, true);
    auto written = check_collection(collection_, history, false);
    for (const auto& opened : {read, written}) {
      if (!opened.fault.empty()) fault("collection: " + opened.fault);
      if (opened.is_damaged) fault("collection: damaged by a kill");
      if (opened.version < least || opened.version > slot_.rows_version)
        fault("collection: version " + std::to_string(opened.version) + " of " +
              std::to_string(least) + " to " + std::to_string(slot_.rows_version));
    }
    if (written.version < shown) ++tally_.lost_changes;
    expect_tidy(collection_);
    durable_ = written.version;
    tally_.versions = std::max(tally_.versions, durable_);
    if (tally_.kills / 2 % damage_every == 1) damage_collection(history);
  }

  void damage_collection(const History& history) {
    auto done = damage(collection_, random_);
    if (done.empty()) return;
    ++tally_.damages;
    auto opened = check_collection(collection_, history, true);
    if (!opened.fault.empty()) fault(done + ": " + opened.fault);
    opened = check_collection(collection_, history, false);
    if (!opened.fault.empty()) fault(done + ": " + opened.fault);
    if (opened.version != durable_ && opened.version != 0) fault(done + ": another version");
    if (opened.version == 0 && durable_ != 0) ++tally_.noticed;
    durable_ = opened.version;
  }

  void kill_index() {
    std::vector<std::string> arguments{"--index", index_.string(), std::to_string(options_.seed)};
    for (const auto& slot : slots_) {
      arguments.push_back(std::to_string(slot.generation));
      arguments.push_back(std::to_string(slot.rows_version));
    }
    auto shown = durables_;
    for (const auto& line : kill_child(arguments)) {
      auto& slot = slots_[line.slot];
      if (line.word == Word::beginning) slot.rows_version = line.version;
      // It may have been closed in between, but then with all it showed on disk.
      if (line.word == Word::opened && line.version < shown[line.slot]) fault("an index went back");
      if (line.word == Word::changed) shown[line.slot] = line.version;
      if (line.word == Word::erasing) {
        slot = {.generation = slot.generation + 1};
        shown[line.slot] = durables_[line.slot] = 0;
      }
    }
    if (look_at(index_).temporary > 0) ++tally_.during_writes;
    check_index_now("index", false);
    if (tally_.kills / 2 % damage_every == 1) {
      auto done = damage(index_, random_);
      if (!done.empty()) ++tally_.damages;
      check_index_now(done, true);
    }
  }

  void check_index_now(const std::string& what, bool may_begin_anew) {
    auto opened = check_index(index_, options_.seed, slots_);
    if (!opened.fault.empty()) fault(what + ": " + opened.fault);
    tally_.erased += static_cast<std::uint64_t>(opened.erased);
    for (std::size_t i = 0; i < bases; ++i) {
      auto version = opened.versions[i];
      bool began_anew = may_begin_anew && version == 0 && durables_[i] != 0;
      if (began_anew) ++tally_.noticed;
      if (!began_anew && (version < durables_[i] || version > slots_[i].rows_version))
        fault(what + ": version " + std::to_string(version) + " of " +
              std::to_string(durables_[i]) + " to " + std::to_string(slots_[i].rows_version));
      durables_[i] = version;
      tally_.versions = std::max(tally_.versions, version);
    }
    expect_tidy(index_);
    auto state = look_at(index_);
    if (state.folders > bases) fault(what + ": a folder of an erased base is left");
  }

  void expect_tidy(const std::filesystem::path& folder) {
    if (look_at(folder).temporary > 0) fault("a temporary file is left");
  }

  Options options_;
  load::Random random_;
  std::filesystem::path collection_;
  std::filesystem::path index_;
  Slot slot_;
  std::int64_t durable_ = 0;
  Slots slots_{};
  std::array<std::int64_t, bases> durables_{};
  Tally tally_;
};

int run_child(const std::vector<std::string>& arguments) {
  auto number = [&](std::size_t at) { return std::strtoull(arguments[at].c_str(), nullptr, 10); };
  auto slot_at = [&](std::size_t at) {
    return Slot{.generation = number(at),
                .rows_version = static_cast<std::int64_t>(number(at + 1))};
  };
  if (arguments[0] == "--collection" && arguments.size() == 7) {
    write_collection(arguments[1], number(2), slot_at(3), number(5), static_cast<int>(number(6)));
  } else if (arguments[0] == "--index" && arguments.size() == 5 + 2 * bases) {
    Slots slots;
    for (std::size_t i = 0; i < bases; ++i) slots[i] = slot_at(3 + 2 * i);
    write_index(arguments[1], number(2), slots, number(3 + 2 * bases),
                static_cast<int>(number(4 + 2 * bases)));
  }
  return 2;
}

bool read(Options& options, std::string_view name, std::uint64_t value) {
  if (name == "--kills") options.kills = value;
  if (name == "--seed") options.seed = value;
  if (name == "--delay-ms") options.delay_ms = std::max<std::uint64_t>(value, 1);
  return name == "--kills" || name == "--seed" || name == "--delay-ms";
}

}  // namespace
}  // namespace aiva::crash

int main(int argc, char** argv) {
  using namespace aiva::crash;
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  aiva::log::start({.level = aiva::log::Level::error});  // damage is expected
  if (!arguments.empty() && (arguments[0] == "--collection" || arguments[0] == "--index"))
    return run_child(arguments);
  Options options;
  for (std::size_t i = 0; i < arguments.size(); i += 2) {
    bool is_known = i + 1 < arguments.size() &&
                    read(options, arguments[i], std::strtoull(argv[i + 2], nullptr, 10));
    if (is_known) continue;
    std::fprintf(stderr, "what is %s?\n", arguments[i].c_str());
    return 2;
  }
  aiva::TemporaryFolder folder;
  const auto tally = Killer(options, folder.path()).run();
  std::printf(
      "%llu kills, %llu of them during a write of a file, %llu lost changes that were not on disk\n"
      "%llu files damaged, %llu times an index began anew for it\n"
      "%llu indexes of erased bases found and erased\n"
      "up to version %lld; %d faults, seed %llu\n",
      static_cast<unsigned long long>(tally.kills),
      static_cast<unsigned long long>(tally.during_writes),
      static_cast<unsigned long long>(tally.lost_changes),
      static_cast<unsigned long long>(tally.damages),
      static_cast<unsigned long long>(tally.noticed), static_cast<unsigned long long>(tally.erased),
      static_cast<long long>(tally.versions), tally.faults,
      static_cast<unsigned long long>(options.seed));
  return tally.faults == 0 ? 0 : 1;
}
