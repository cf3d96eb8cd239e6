// Puts telephone calls on AIVA: callers of AudioSocket, or of RTP, that send and hear a frame every
// 20 ms, over the packaged voices or over an emulator of OpenAI's Realtime API behind TLS. Prints
// what a call costs, how late frames come and what is left when the calls are over.
// usage: call_load [--brain packaged|realtime] [--program FILE] [--calls N,N,…] [--seconds N]
//                  [--leg audiosocket|rtp] [--begin-every-ms N] [--greeting WORDS] [--soak CALLS]
//                  [--at-a-time N] [--model-url URL] [--tell FILE]
//        --tell writes where AIVA is into a file, for others who put their own load on it
//        ends with 1 when a call was lost
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "load/call_load/rounds.h"
#include "ports/testing/temporary_folder.h"

namespace {

using namespace aiva::load;

std::vector<std::size_t> numbers_in(std::string_view text) {
  std::vector<std::size_t> numbers;
  while (!text.empty()) {
    auto end = std::min(text.find(','), text.size());
    std::size_t number = 0;
    std::from_chars(text.data(), text.data() + end, number);
    numbers.push_back(number);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return numbers;
}

struct Options : CallLoadOptions {
  std::string tell_file{};
};

bool read(Options& options, std::string_view name, const char* value) {
  auto number = std::strtol(value, nullptr, 10);
  if (name == "--program")
    options.program = value;
  else if (name == "--brain")
    options.is_realtime = std::string_view(value) == "realtime";
  else if (name == "--leg")
    options.line = std::string_view(value) == "rtp" ? Line::rtp : Line::audiosocket;
  else if (name == "--calls")
    options.calls = numbers_in(value);
  else if (name == "--seconds")
    options.measure = std::chrono::seconds(number);
  else if (name == "--begin-every-ms")
    options.begin_every = std::chrono::milliseconds(number);
  else if (name == "--greeting")
    options.greeting = value;
  else if (name == "--soak")
    options.soak_calls = static_cast<std::size_t>(number);
  else if (name == "--model-url")
    options.model_url = value;
  else if (name == "--tell")
    options.tell_file = value;
  else if (name == "--at-a-time")
    options.soak_at_a_time = static_cast<std::size_t>(number);
  else
    return false;
  return true;
}

void print(const char* what, const Spans& spans) {
  if (spans.count() == 0) return;
  std::printf("  %-28s p50 %6.2f  p95 %6.2f  p99 %6.2f  max %7.2f ms\n", what,
              spans.percentile_ms(0.5), spans.percentile_ms(0.95), spans.percentile_ms(0.99),
              spans.max_ms());
}

void print_cpu(const RoundOutcome& outcome) {
  constexpr double share_used = 0.6;
  constexpr double least = 0.5;  // microseconds of a call-second
  auto call_seconds = outcome.calls.call_seconds;
  auto micros = [call_seconds](double seconds) { return seconds * 1e6 / call_seconds; };
  auto each = micros(outcome.after.cpu_seconds - outcome.before.cpu_seconds);
  std::printf("  CPU of AIVA a call-second    %6.0f us: %.0f calls on 60 %% of a core (", each,
              share_used * 1e6 / each);
  for (const auto& [name, seconds] : outcome.after.threads) {
    auto before = outcome.before.threads.find(name);
    auto spent = micros(seconds - (before == outcome.before.threads.end() ? 0 : before->second));
    if (spent >= least) std::printf(" %s %.0f", name.c_str(), spent);
  }
  std::printf(" )\n  callers, emulator            %6.0f, %.0f us\n",
              micros(outcome.calls.cpu_seconds), micros(outcome.emulator_cpu_seconds));
}

void print_talk(const RoundOutcome& outcome, std::size_t count) {
  const auto& calls = outcome.calls;
  std::printf("%zu calls, %.1f s, %lld frames heard, %.0f missing, %lld calls lost\n", count,
              calls.seconds, static_cast<long long>(calls.frames), calls.missing,
              static_cast<long long>(calls.lost));
  print_cpu(outcome);
  std::printf("  resident                     %6.1f kB a call, %lld kB before, %lld after\n",
              static_cast<double>(outcome.after.resident_kb - outcome.idle.resident_kb) /
                  static_cast<double>(count),
              static_cast<long long>(outcome.idle.resident_kb),
              static_cast<long long>(outcome.ended.resident_kb));
  std::printf("  sockets                      %zu before, %zu with all, %zu after\n",
              outcome.idle.sockets, outcome.after.sockets, outcome.ended.sockets);
  std::printf("  ticks late                   p50 %6.2f  p95 %6.2f  p99 %6.2f ms\n",
              late_ticks_percentile(outcome.before, outcome.after, 0.5) * 1e3,
              late_ticks_percentile(outcome.before, outcome.after, 0.95) * 1e3,
              late_ticks_percentile(outcome.before, outcome.after, 0.99) * 1e3);
  print("frames heard, off 20 ms", calls.apart);
  print("callers' own clock, late", calls.own_lateness);
  const auto& realtime = outcome.realtime;
  if (realtime.appends == 0) return;
  std::printf(
      "  emulator                     %lld appends, %lld frames (%lld unmarked), "
      "%lld answers, %lld cancelled\n",
      static_cast<long long>(realtime.appends), static_cast<long long>(realtime.frames),
      static_cast<long long>(realtime.unmarked), static_cast<long long>(realtime.answers),
      static_cast<long long>(realtime.cancelled));
  print("up: frame to append, each", realtime.frame);
  print("up: last frame of an append", realtime.last_frame);
  print("down: delta to frame", calls.answer);
  print("down: beyond the next slot", calls.answer_unpaced);
}

void print_soak(const RoundOutcome& outcome) {
  const auto& calls = outcome.calls;
  std::printf("%lld short calls in %.1f s, %lld lost\n", static_cast<long long>(calls.calls),
              calls.seconds, static_cast<long long>(calls.lost));
  std::printf("  resident before and after    %lld, %lld kB\n",
              static_cast<long long>(outcome.idle.resident_kb),
              static_cast<long long>(outcome.ended.resident_kb));
  std::printf("  sockets before and after     %zu, %zu\n", outcome.idle.sockets,
              outcome.ended.sockets);
  std::printf("  CPU of AIVA a call           %.2f ms\n",
              (outcome.ended.cpu_seconds - outcome.idle.cpu_seconds) * 1e3 /
                  static_cast<double>(calls.calls));
}

// Whole or not at all, for those who wait for the file.
void tell(const Program& program, const std::string& file) {
  auto draft = file + ".draft";
  auto text = fmt::format("{{\"process\":{},\"url\":\"http://127.0.0.1:{}\",\"token\":\"{}\"}}\n",
                          program.process(), program.port(), program.token());
  std::ofstream(draft) << text;
  std::filesystem::rename(draft, file);
}

int run(const Options& options) {
  allow_many_descriptors();
  aiva::TemporaryFolder folder;
  CallRounds rounds(options, folder.path());
  std::fprintf(stderr, "aiva is process %d\n", static_cast<int>(rounds.program().process()));
  if (!options.tell_file.empty()) tell(rounds.program(), options.tell_file);
  std::int64_t lost = 0;
  if (options.soak_calls > 0) {
    auto outcome = rounds.soak();
    print_soak(outcome);
    return outcome.calls.lost == 0 ? 0 : 1;
  }
  for (auto calls : options.calls) {
    auto outcome = rounds.talk(calls);
    print_talk(outcome, calls);
    std::fflush(stdout);
    lost += outcome.calls.lost;
  }
  return lost == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 == argc || !read(options, argv[i], argv[i + 1])) {
      std::fprintf(stderr, "what is %s?\n", argv[i]);
      return 2;
    }
  }
  try {
    return run(options);
  } catch (const std::exception& exception) {
    std::fprintf(stderr, "%s\n", exception.what());
    return 1;
  }
}
