// Counts the o200k_base tokens of files and says how fast: tokens_bench RANKS FILE…, one line of
// JSON a file. compare.mjs prints them beside gpt-tokenizer's.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "documents/tokens/token_counter.h"

namespace {

constexpr int rounds = 15;

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: tokens_bench RANKS FILE...\n");
    return 2;
  }
  auto begin = std::chrono::steady_clock::now();
  auto counter = aiva::documents::TokenCounter::load(argv[1]);
  if (!counter) {
    std::fprintf(stderr, "%s\n", counter.error().message.c_str());
    return 1;
  }
  std::fprintf(stderr, "ranks loaded in %.0f ms\n", seconds_since(begin) * 1000);
  for (int i = 2; i < argc; ++i) {
    std::ifstream stream(argv[i], std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(stream), {}};
    std::size_t tokens = 0;
    double first = 0;
    double best = 1e9;
    for (int round = 0; round < rounds; ++round) {
      begin = std::chrono::steady_clock::now();
      tokens = counter->count(text);
      auto took = seconds_since(begin);
      if (round == 0) first = took;
      best = std::min(best, took);
    }
    std::printf(R"({"bytes":%zu,"tokens":%zu,"first_s":%.6f,"best_s":%.6f})"
                "\n",
                text.size(), tokens, first, best);
  }
  return 0;
}
