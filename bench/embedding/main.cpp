// Measures the packaged sentence encoder: latency, throughput, memory.
// usage: embedding_bench [NATIVE_DIR], by default native/unpacked.
#include <malloc.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "adapters/onnx/onnx_text_embedder.h"
#include "adapters/onnx/sentence_piece_tokenizer.h"
#include "foundation/task.h"
#include "retrieval/kernels.h"

namespace aiva {
namespace {

using Clock = std::chrono::steady_clock;

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

// Resident memory in MB as it is, what malloc keeps for later included.
double resident_megabytes() {
  std::ifstream file("/proc/self/statm");
  double pages_total = 0;
  double pages_resident = 0;
  file >> pages_total >> pages_resident;
  return pages_resident * 4096 / 1e6;
}

// What this process computed so far; unlike the clock it does not grow while others compute.
double cpu_milliseconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

struct Times {
  double p50_ms = 0;
  double p99_ms = 0;
  double cpu_p50_ms = 0;
};

Times measure(int rounds, const std::function<void()>& call) {
  std::vector<double> times;
  std::vector<double> cpu_times;
  for (int i = 0; i < rounds; ++i) {
    const auto start = Clock::now();
    const auto cpu_start = cpu_milliseconds();
    call();
    times.push_back(milliseconds_since(start));
    cpu_times.push_back(cpu_milliseconds() - cpu_start);
  }
  std::ranges::sort(times);
  std::ranges::sort(cpu_times);
  return {times[times.size() / 2], times[times.size() * 99 / 100], cpu_times[times.size() / 2]};
}

void print(const char* what, Times times) {
  std::printf("%-40s p50 %8.3f ms   p99 %8.3f ms   CPU p50 %8.3f ms\n", what, times.p50_ms,
              times.p99_ms, times.cpu_p50_ms);
}

std::string make_chunk(const std::function<int(std::string_view)>& count_tokens, int tokens,
                       std::mt19937& generator) {
  const std::vector<std::string> words{
      "the",      "customer", "returns", "an",      "order", "within",  "thirty", "days",
      "warranty", "covers",   "parts",   "battery", "and",   "screen",  "refund", "is",
      "issued",   "to",       "account", "after",   "we",    "receive", "item",   "support"};
  std::string text = "When";
  while (count_tokens(text) < tokens) text += " " + words[generator() % words.size()];
  return text;
}

struct EncoderFigures {
  double chunks_per_cpu_second = 0;
  std::vector<float> vectors{};  // of the chunks
  std::size_t dimension = 0;
};

EncoderFigures bench_encoder(const std::filesystem::path& native, const std::string& model) {
  const auto folder = native / "sentence_encoder";
  std::printf("-- %s\n", model.c_str());
  std::printf("resident before anything: %.1f MB\n", resident_megabytes());
  auto start = Clock::now();
  const auto embedder =
      make_onnx_text_embedder({.library_path = native / "onnxruntime/libonnxruntime.so",
                               .model_path = folder / model,
                               .vocab_path = folder / "sentence_encoder.vocab"})
          .value();
  std::printf("encoder loaded in %.0f ms, resident %.1f MB\n", milliseconds_since(start),
              resident_megabytes());
  const auto count_tokens = make_token_counter(folder / "sentence_encoder.vocab").value();

  auto embed = [&](std::vector<std::string> texts) {
    return sync_wait(embedder->embed({}, std::move(texts))).value();
  };
  embed({"A first text."});
  std::printf("resident after the first text: %.1f MB\n", resident_megabytes());

  print("one question of 8 tokens", measure(300, [&] { embed({"How do I reset my password?"}); }));
  std::mt19937 generator(1);
  const auto chunk = make_chunk(count_tokens, 100, generator);
  print("one chunk of 100 tokens", measure(100, [&] { embed({chunk}); }));

  std::vector<std::string> chunks;
  chunks.reserve(256);
  for (int i = 0; i < 256; ++i) chunks.push_back(make_chunk(count_tokens, 100, generator));
  start = Clock::now();
  const auto cpu_start = cpu_milliseconds();
  EncoderFigures figures{.dimension = embedder->dimension()};
  for (int i = 0; i < 4; ++i) figures.vectors = embed(chunks).values;
  figures.chunks_per_cpu_second = 4 * 256 / (cpu_milliseconds() - cpu_start) * 1e3;
  std::printf("chunks of 100 tokens, one thread: %.1f a second, %.1f a second of CPU\n",
              4 * 256 / milliseconds_since(start) * 1e3, figures.chunks_per_cpu_second);
  std::printf("resident after 1024 chunks: %.1f MB\n", resident_megabytes());
  malloc_trim(0);
  std::printf("resident after malloc_trim: %.1f MB\n", resident_megabytes());

  std::string text;
  for (const auto& part : chunks) text += part + " ";
  const auto times = measure(20, [&] { count_tokens(text); });
  std::printf("tokens counted: %.1f MB of text a second\n",
              static_cast<double>(text.size()) / 1e3 / times.p50_ms);
  return figures;
}

// The same texts by the exact network and by the one of bytes.
void compare_precisions(const std::filesystem::path& native) {
  const auto exact = bench_encoder(native, "sentence_encoder.onnx");
  const auto quick = bench_encoder(native, "sentence_encoder_int8.onnx");
  double least = 1;
  for (std::size_t at = 0; at < exact.vectors.size(); at += exact.dimension) {
    double cosine = 0;
    for (std::size_t i = at; i < at + exact.dimension; ++i)
      cosine += static_cast<double>(exact.vectors[i]) * quick.vectors[i];
    least = std::min(least, cosine);
  }
  std::printf("int8 against float32: %.2f times the chunks per CPU second, least cosine %.5f\n",
              quick.chunks_per_cpu_second / exact.chunks_per_cpu_second, least);
}

// Passages as documents give them: from a short remark to a full piece.
std::vector<std::string> make_passages(const std::filesystem::path& native, std::size_t count) {
  const auto count_tokens =
      make_token_counter(native / "sentence_encoder/sentence_encoder.vocab").value();
  std::mt19937 generator(7);
  std::vector<std::string> passages;
  for (std::size_t i = 0; i < count; ++i)
    passages.push_back(
        make_chunk(count_tokens, 20 + static_cast<int>(generator() % 91), generator));
  return passages;
}

// Passages a second of one core's time: one text a call or all in one.
double passages_per_cpu_second(const std::filesystem::path& native, const std::string& model,
                               const std::vector<std::string>& passages, bool is_one_a_call) {
  const auto embedder =
      make_onnx_text_embedder({.library_path = native / "onnxruntime/libonnxruntime.so",
                               .model_path = native / "sentence_encoder" / model,
                               .vocab_path = native / "sentence_encoder/sentence_encoder.vocab"})
          .value();
  auto embed_all = [&] {
    if (!is_one_a_call) {
      sync_wait(embedder->embed({}, passages)).value();
      return;
    }
    for (const auto& passage : passages) sync_wait(embedder->embed({}, {passage})).value();
  };
  embed_all();
  double best = 0;
  for (int round = 0; round < 5; ++round) {
    const auto begin = cpu_milliseconds();
    embed_all();
    const auto took = cpu_milliseconds() - begin;
    best = std::max(best, static_cast<double>(passages.size()) / took * 1e3);
  }
  return best;
}

// The plain way, one text a call in floats, and the one documents are embedded in.
void compare_ways(const std::filesystem::path& native) {
  const auto passages = make_passages(native, 256);
  std::printf("-- 256 passages of 20 to 110 tokens, a second of one core\n");
  const auto naive = passages_per_cpu_second(native, "sentence_encoder.onnx", passages, true);
  std::printf("one text a call, float32:        %7.1f\n", naive);
  std::printf("sorted by length, float32:       %7.1f\n",
              passages_per_cpu_second(native, "sentence_encoder.onnx", passages, false));
  const auto tuned = passages_per_cpu_second(native, "sentence_encoder_int8.onnx", passages, false);
  std::printf("all in one call, int8:           %7.1f   %.2f times the first\n", tuned,
              tuned / naive);
}

int run(int count, char** arguments) {
  const std::filesystem::path native = count > 1 ? arguments[1] : "native/unpacked";
  compare_precisions(native);
  compare_ways(native);
  return 0;
}

}  // namespace
}  // namespace aiva

int main(int count, char** arguments) { return aiva::run(count, arguments); }
