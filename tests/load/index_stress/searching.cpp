#include <algorithm>
#include <sstream>
#include <unordered_set>
#include <utility>

#include "load/index_stress/stress.h"

namespace aiva::load {
namespace {

PassageFilter make_filter(const Rows& rows, Random& random) {
  PassageFilter filter;
  if (random.one_in(3)) {
    auto documents = std::make_shared<DocumentSet>();
    for (auto i = random.below(12); i > 0 && !rows.empty(); --i)
      documents->insert(rows[random.below(rows.size())]->document);
    filter.documents = std::move(documents);
  }
  if (random.one_in(3)) filter.page_min = 1 + static_cast<int>(random.below(8));
  if (random.one_in(3)) filter.page_max = 1 + static_cast<int>(random.below(12));
  if (random.one_in(3)) filter.kinds = {static_cast<PassageKind>(random.below(3))};
  return filter;
}

std::vector<float> near(const std::vector<float>& vector, Random& random) {
  auto moved = random.direction();
  float square = 0;
  for (std::size_t i = 0; i < moved.size(); ++i) {
    moved[i] = moved[i] * 0.5F + vector[i];
    square += moved[i] * moved[i];
  }
  for (auto& value : moved) value /= std::sqrt(square);
  return moved;
}

std::vector<std::string> words_of(const IndexedPassage& passage) {
  std::istringstream text(passage.text);
  std::vector<std::string> words;
  for (std::string word; text >> word;) words.push_back(word);
  return words;
}

}  // namespace

Question Stress::make_question(const Rows& rows, Random& random) {
  Question question{.count_max = random.one_in(4) ? 2000U : 1 + random.below(20)};
  if (random.one_in(2)) question.filter = make_filter(rows, random);
  bool asks_words = random.one_in(2);
  if (rows.empty()) {
    if (asks_words)
      question.text = "common";
    else
      question.vector = random.direction();
    return question;
  }
  const auto& row = *rows[random.below(rows.size())];
  if (asks_words) {
    auto words = words_of(row);
    question.text = words[random.below(words.size())];
    // A prefix stands for 64 words at most; this one has fewer.
    if (random.one_in(4)) question.text = words.back().substr(0, words.back().size() - 1) + "*";
  } else {
    question.vector =
        row.vector.empty() || random.one_in(8) ? random.direction() : near(row.vector, random);
  }
  return question;
}

void Stress::search(Base& base, Random& random) {
  if (!ensure(base)) return;
  ask(base, make_question(base.oracle.rows(base.oracle.reached()), random));
}

void Stress::ask(Base& base, const Question& question) {
  Oracle::Watch watch(base.oracle);
  PassageQuery query{.count_max = question.count_max, .filter = question.filter};
  auto hits = question.vector.empty()
                  ? sync_wait(index_->search_words({}, base.id, question.text, query))
                  : sync_wait(index_->search_vectors({}, base.id, question.vector, query));
  if (!hits) {
    // An erased one is not there; one in use is.
    if (!base.is_erased) fault(base, "no answer: " + hits.error().message);
    return;
  }
  auto states = watch.states();
  if (base.is_erased) return;
  auto verdict = judge(question, *hits, states);
  auto asked = question.vector.empty() ? "words " + question.text : std::string("a vector");
  if (!verdict.fault.empty())
    fault(base, asked + ", " + std::to_string(question.count_max) + " wanted: " + verdict.fault);
  if (question.vector.empty()) {
    ++counts_.word_searches;
  } else {
    ++counts_.vector_searches;
    counts_.recall_millionths += static_cast<std::int64_t>(verdict.recall * 1e6);
  }
}

void Stress::compare_size(Base& base) {
  Oracle::Watch watch(base.oracle);
  auto shown = index_->version(base.id);
  auto size = index_->size(base.id);
  auto states = watch.states();
  // 0 while it is closed.
  if (base.is_erased || !shown || size == 0) return;
  if (std::ranges::find(states, size, &Rows::size) == states.end())
    fault(base, "a wrong number of rows: " + std::to_string(size));
}

// Every row by its own vector and its own word, each document by its word, and no more rows.
void Stress::check_at_rest(Base& base) {
  auto version = base.oracle.reached();
  auto rows = base.oracle.rows(version);
  std::size_t size = 0;
  std::optional<std::int64_t> shown;
  for (int i = 0; i < 100 && !shown && ensure(base); ++i) {
    size = index_->size(base.id);
    shown = index_->version(base.id);  // nothing: it was closed meanwhile
  }
  if (shown != version) fault(base, "not at the last version");
  if (size != rows.size()) fault(base, "not of the right size at rest");
  std::unordered_set<std::string> seen;
  for (const auto& row : rows) {
    auto words = words_of(*row);
    if (seen.insert(words[1]).second) ask(base, {.text = words[1], .count_max = 2000});
    expect_alone(base, *row,
                 sync_wait(index_->search_words({}, base.id, words[2], {.count_max = 5})));
    if (!row->vector.empty())
      expect_alone(base, *row,
                   sync_wait(index_->search_vectors({}, base.id, row->vector, {.count_max = 1})));
  }
  Random random(base.seed);
  for (int i = 0; i < 20 && !rows.empty(); ++i) ask(base, make_question(rows, random));
}

void Stress::expect_alone(const Base& base, const IndexedPassage& row,
                          const Result<std::vector<PassageHit>>& hits) {
  if (!hits || hits->size() != 1 || hits->front().chunk != row.chunk)
    fault(base, "a row that is not found by its own vector or word: " + row.text);
}

// After an orderly end everything is in the folder, and nothing else is.
void Stress::check_folder() {
  auto count_files = [](const Base& base, const std::filesystem::path& folder) {
    std::error_code code;
    std::size_t files = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator(folder / base.id.to_string(), code))
      files += entry.is_regular_file() ? 1 : 0;
    return files;
  };
  std::vector<std::size_t> files;
  for (const auto& base : bases_) files.push_back(count_files(*base, folder_));
  open_index();
  auto listed = sync_wait(index_->list({})).value_or(std::vector<KnowledgeBaseId>{});
  for (const auto& id : listed)
    if (std::ranges::find(bases_, id, [](const auto& base) { return base->id; }) == bases_.end())
      fault(*bases_[0], "an erased base is still there: " + id.to_string());
  for (std::size_t i = 0; i < bases_.size(); ++i) {
    check_at_rest(*bases_[i]);
    auto left = count_files(*bases_[i], folder_);
    if (left != files[i])
      fault(*bases_[i], std::to_string(files[i]) + " files, " + std::to_string(left) + " needed");
  }
  index_.reset();
}

}  // namespace aiva::load
