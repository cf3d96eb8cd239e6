// Measures how often a question is given the answer to another one, rightly and wrongly.
// usage: answer_cache_bench [PAIRS [NATIVE_DIR]], by default bench/answer_cache/pairs.txt and
// native/unpacked. With a third argument it lists the pairs that meet at the usual threshold.
#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/onnx/onnx_text_embedder.h"
#include "capabilities/search/question.h"
#include "foundation/task.h"
#include "retrieval/kernels.h"

namespace aiva {
namespace {

constexpr double usual_threshold = 0.95;
constexpr std::array thresholds{0.90, 0.91, 0.92, 0.93, 0.94, 0.95, 0.96, 0.97, 0.98, 0.99};

struct Pair {
  std::string kind;
  std::string one;
  std::string other;
  double cosine = 0;
  bool has_one_sense = false;
};

std::string trimmed(std::string_view text) {
  auto begin = text.find_first_not_of(' ');
  if (begin == std::string_view::npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(' ') - begin + 1));
}

std::vector<Pair> read_pairs(const std::filesystem::path& file) {
  std::vector<Pair> pairs;
  std::ifstream input(file);
  for (std::string line; std::getline(input, line);) {
    auto first = line.find('|');
    auto second = line.find('|', first + 1);
    if (line.starts_with('#') || second == std::string::npos) continue;
    std::string_view text(line);
    pairs.push_back({.kind = trimmed(text.substr(0, first)),
                     .one = trimmed(text.substr(first + 1, second - first - 1)),
                     .other = trimmed(text.substr(second + 1))});
  }
  return pairs;
}

void compare(std::vector<Pair>& pairs, TextEmbedder& embedder) {
  auto dimension = embedder.dimension();
  for (auto& pair : pairs) {
    auto embedded = sync_wait(embedder.embed({}, {pair.one, pair.other})).value();
    pair.cosine =
        retrieval::kernels().dot(embedded.row(0).data(), embedded.row(1).data(), dimension);
    pair.has_one_sense =
        search::sense_of_question(pair.one) == search::sense_of_question(pair.other);
  }
}

// The shares of pairs of each kind that meet at each threshold, by cosine alone or as the cache
// decides.
void print_rates(const std::vector<Pair>& pairs, bool is_sense_asked) {
  std::printf("%-10s %5s", is_sense_asked ? "as built" : "cosine", "pairs");
  for (auto threshold : thresholds) std::printf(" %6.2f", threshold);
  std::printf("\n");
  std::map<std::string, std::vector<const Pair*>> kinds;
  for (const auto& pair : pairs) {
    kinds[pair.kind].push_back(&pair);
    if (pair.kind != "same") kinds["all wrong"].push_back(&pair);
  }
  for (const auto& [kind, list] : kinds) {
    std::printf("%-10s %5zu", kind.c_str(), list.size());
    for (auto threshold : thresholds) {
      auto count = std::ranges::count_if(list, [&](const Pair* pair) {
        return pair->cosine >= threshold && (!is_sense_asked || pair->has_one_sense);
      });
      std::printf(" %5.1f%%",
                  100.0 * static_cast<double>(count) / static_cast<double>(list.size()));
    }
    std::printf("\n");
  }
  std::printf("\n");
}

int run(int count, char** arguments) {
  std::filesystem::path file = count > 1 ? arguments[1] : "bench/answer_cache/pairs.txt";
  std::filesystem::path native = count > 2 ? arguments[2] : "native/unpacked";
  auto folder = native / "sentence_encoder";
  auto embedder = make_onnx_text_embedder({.library_path = native / "onnxruntime/libonnxruntime.so",
                                           .model_path = folder / "sentence_encoder.onnx",
                                           .vocab_path = folder / "sentence_encoder.vocab"})
                      .value();
  auto pairs = read_pairs(file);
  compare(pairs, *embedder);
  print_rates(pairs, false);
  print_rates(pairs, true);
  if (count <= 3) return 0;
  for (const auto& pair : pairs)
    if (pair.cosine >= usual_threshold || pair.has_one_sense)
      std::printf("%-9s %.3f %s  %s | %s\n", pair.kind.c_str(), pair.cosine,
                  pair.has_one_sense ? "one sense" : "         ", pair.one.c_str(),
                  pair.other.c_str());
  return 0;
}

}  // namespace
}  // namespace aiva

int main(int count, char** arguments) { return aiva::run(count, arguments); }
