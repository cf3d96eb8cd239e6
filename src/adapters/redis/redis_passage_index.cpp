#include "adapters/redis/redis_passage_index.h"

#include <algorithm>
#include <cmath>
#include <condition_variable>
#include <map>
#include <mutex>
#include <stop_token>
#include <unordered_map>
#include <utility>

#include "adapters/redis/internal/vectors/search.h"
#include "adapters/redis/internal/vectors/writer.h"
#include "foundation/crypto.h"
#include "foundation/log.h"

namespace aiva {
namespace {

using namespace redis;
using std::chrono::milliseconds;

constexpr milliseconds first_pause{20};
constexpr milliseconds pause_max{500};

std::unexpected<Error> not_open() {
  return fail(ErrorCode::not_found, "The index of the knowledge base is not open");
}

bool is_usable(const std::vector<float>& vector) {
  double square = 0;
  for (auto value : vector) square += static_cast<double>(value) * value;
  return std::isfinite(square) && square > 0;
}

// Words follow the model, too: whatever makes the vectors anew makes all of it anew.
PassageVectors words_of(const PassageVectors& vectors) {
  return {.model = vectors.model + "/" + std::to_string(vectors.dimension) + "/words"};
}

// An open knowledge base.
struct Shelf {
  Shelf(const std::string& prefix, KnowledgeBaseId base, PassageVectors of)
      : vectors(std::move(of)), keys(prefix, base, vectors) {}

  VectorState seen() const {
    std::lock_guard lock(mutex);
    return state;
  }
  // Never goes back to an earlier version: another thread may have seen a later one.
  void see(VectorState now) {
    std::lock_guard lock(mutex);
    if (now.version >= state.version) state = std::move(now);
  }

  const PassageVectors vectors;
  const VectorKeys keys;
  mutable std::mutex mutex;  // over state
  VectorState state{};
};
using ShelfPointer = std::shared_ptr<Shelf>;  // outlives its place in the table

class RedisPassageIndex final : public PassageIndex {
 public:
  RedisPassageIndex(Redis& redis, std::unique_ptr<PassageIndex> words,
                    RedisPassageIndexOptions options, Metrics& metrics)
      : redis_(redis),
        words_(std::move(words)),
        options_(std::move(options)),
        owner_(random_token(12)),
        exact_(metrics.counter("aiva_redis_exact_searches_total",
                               "Searches that compared a query with every vector in Redis")),
        losses_(metrics.counter("aiva_redis_index_losses_total",
                                "Times Redis had lost vectors, which were brought anew")) {}

  ~RedisPassageIndex() override {
    stopping_.request_stop();
    std::unique_lock lock(mutex_);
    idle_.wait(lock, [this] { return working_ == 0; });
  }

  Task<Result<std::int64_t>> open(CallContext context, KnowledgeBaseId base,
                                  PassageVectors vectors) override {
    CO_TRY_VOID(co_await finish_erasing(context, base));
    CO_TRY(auto version, co_await words_->open(context, base, words_of(vectors)));
    auto shelf = std::make_shared<Shelf>(options_.key_prefix, base, std::move(vectors));
    if (shelf->vectors.dimension > 0) {
      CO_TRY(auto state, co_await load(context, *shelf));
      version = std::min(version, state.version);
      shelf->see(std::move(state));
    }
    std::lock_guard lock(mutex_);
    shelves_[base] = std::move(shelf);
    co_return version;
  }

  [[nodiscard]] std::optional<std::int64_t> version(KnowledgeBaseId base) const override {
    auto shelf = find(base);
    auto words = words_->version(base);
    if (shelf == nullptr || !words) return std::nullopt;
    return shelf->vectors.dimension == 0 ? *words : std::min(*words, shelf->seen().version);
  }

  Result<std::unique_ptr<Change>> begin(KnowledgeBaseId base) override {
    auto shelf = find(base);
    if (shelf == nullptr) return not_open();
    TRY(auto words, words_->begin(base));
    return std::make_unique<RedisChange>(*this, base, std::move(shelf), std::move(words));
  }

  void erase(KnowledgeBaseId base) override {
    {
      std::lock_guard lock(mutex_);
      shelves_.erase(base);
      erasing_[base] = true;
      ++working_;
    }
    words_->erase(base);
    start(erase_vectors({.cancellation = stopping_.get_token()}, base),
          [this, base](std::exception_ptr exception, auto outcome) {
            bool is_done = exception == nullptr && *outcome;
            if (exception == nullptr && !*outcome)
              log::failure("Vectors of a knowledge base could not be deleted from Redis", {},
                           outcome->error());
            std::lock_guard lock(mutex_);
            if (is_done)
              erasing_.erase(base);
            else
              erasing_[base] = false;
            if (--working_ == 0) idle_.notify_all();
          });
  }

  Task<Result<std::vector<PassageHit>>> search_vectors(CallContext context, KnowledgeBaseId base,
                                                       std::vector<float> vector,
                                                       PassageQuery query) override {
    auto shelf = find(base);
    if (shelf == nullptr || !words_->version(base)) co_return not_open();
    if (vector.size() != shelf->vectors.dimension)
      co_return fail(ErrorCode::invalid, "The query has another dimension than the index");
    if (!is_usable(vector)) co_return fail(ErrorCode::invalid, "The query has no direction");
    VectorSearch search(redis_, shelf->keys, options_, vector, query);
    auto state = shelf->seen();
    auto searching = search.run(limited(std::move(context), options_.search_timeout), state);
    auto hits = co_await std::move(searching);
    if (search.was_exact()) exact_.add();
    if (hits) {
      shelf->see(std::move(state));
      co_return hits;
    }
    if (hits.error().code != ErrorCode::not_found) co_return hits;
    // Whoever opens it next finds out what is left.
    losses_.add();
    forget(base, shelf);
    co_return fail({.code = ErrorCode::unavailable,
                    .message = "The vectors are being brought anew; try again",
                    .cause = hits.error().message,
                    .retry_after_s = 1});
  }

  Task<Result<std::vector<PassageHit>>> search_words(CallContext context, KnowledgeBaseId base,
                                                     std::string text,
                                                     PassageQuery query) override {
    return words_->search_words(std::move(context), base, std::move(text), std::move(query));
  }

  Task<Result<std::vector<PassageHit>>> search_words_across(CallContext context,
                                                            std::vector<KnowledgeBaseId> bases,
                                                            std::string text,
                                                            PassageQuery query) override {
    return words_->search_words_across(std::move(context), std::move(bases), std::move(text),
                                       std::move(query));
  }

  Task<Result<std::vector<KnowledgeBaseId>>> list(CallContext context) override {
    return words_->list(std::move(context));
  }

  [[nodiscard]] std::size_t size(KnowledgeBaseId base) const override {
    return find(base) == nullptr ? 0 : words_->size(base);
  }

 private:
  class RedisChange final : public Change {
   public:
    RedisChange(RedisPassageIndex& index, KnowledgeBaseId base, ShelfPointer shelf,
                std::unique_ptr<Change> words)
        : index_(index), base_(base), shelf_(std::move(shelf)), words_(std::move(words)) {}

    void remove(DocumentId document) override {
      words_->remove(document);
      removed_.push_back(document);
    }

    Task<Result<void>> add(CallContext context, std::vector<IndexedPassage> passages) override {
      std::vector<IndexedPassage> with_vectors;
      for (auto& passage : passages) {
        if (passage.vector.empty()) continue;
        if (passage.vector.size() != shelf_->vectors.dimension || !is_usable(passage.vector))
          co_return fail(ErrorCode::invalid, "A vector does not fit the index");
        with_vectors.push_back({.chunk = passage.chunk,
                                .document = passage.document,
                                .kind = passage.kind,
                                .page_first = passage.page_first,
                                .page_last = passage.page_last,
                                .vector = std::move(passage.vector)});
        passage.vector.clear();
      }
      CO_TRY_VOID(co_await take_part(context));
      if (writer_ != nullptr) {
        CO_TRY_VOID(co_await writer_->replace(context, std::exchange(removed_, {})));
        CO_TRY_VOID(co_await writer_->add(context, std::move(with_vectors)));
      }
      CO_TRY_VOID(co_await words_->add(std::move(context), std::move(passages)));
      co_return Result<void>{};
    }

    Task<Result<void>> commit(CallContext context, std::int64_t from_version,
                              std::int64_t to_version) override {
      if (index_.version(base_) != from_version)
        co_return fail(ErrorCode::conflict, "The index is at another version");
      auto from_words = index_.words_->version(base_).value_or(-1);
      if (shelf_->vectors.dimension == 0) {
        CO_TRY_VOID(co_await words_->commit(std::move(context), from_words, to_version));
        co_return Result<void>{};
      }
      CO_TRY_VOID(co_await take_part(context));
      auto reached = to_version;
      if (writer_ != nullptr) {
        CO_TRY_VOID(co_await writer_->replace(context, std::exchange(removed_, {})));
        CO_TRY_VOID(co_await writer_->commit(context, from_version, to_version));
        shelf_->see(writer_->state());
      } else {
        CO_TRY(reached, co_await index_.wait_for(context, *shelf_, to_version));
      }
      // As another process came less far, so does this; what the words know already stays.
      reached = std::min(reached, to_version);
      if (reached >= from_words) CO_TRY_VOID(co_await words_->commit(context, from_words, reached));
      if (writer_ == nullptr) co_return Result<void>{};
      auto cleaning = writer_->clean_up(std::move(context));
      auto cleaned = co_await std::move(cleaning);
      if (cleaned)
        shelf_->see(writer_->state());
      else
        log::failure("Replaced vectors could not be hidden; the next change does it", {},
                     cleaned.error());
      co_return Result<void>{};
    }

   private:
    // Becomes the writer, unless another process is it or Redis shows what is wanted already.
    Task<Result<void>> take_part(CallContext context) {
      if (has_taken_part_ || shelf_->vectors.dimension == 0) co_return Result<void>{};
      auto shown = index_.version(base_);
      if (shown != shelf_->seen().version) {
        has_taken_part_ = true;  // the words follow what Redis has
        co_return Result<void>{};
      }
      VectorWriter::Settings settings{.options = index_.options_,
                                      .owner = index_.owner_,
                                      .dimension = shelf_->vectors.dimension};
      auto beginning = VectorWriter::begin(context, index_.redis_, shelf_->keys, settings);
      CO_TRY(writer_, co_await std::move(beginning));
      has_taken_part_ = true;
      // Redis was led on since it was looked at: this change is an older one.
      if (writer_ != nullptr && writer_->state().version != shown) {
        CO_TRY_VOID(co_await writer_->give_up(std::move(context)));
        writer_.reset();
      }
      co_return Result<void>{};
    }

    RedisPassageIndex& index_;
    KnowledgeBaseId base_;
    ShelfPointer shelf_;
    std::unique_ptr<Change> words_;
    std::unique_ptr<VectorWriter> writer_;
    std::vector<DocumentId> removed_;
    bool has_taken_part_ = false;
  };

  [[nodiscard]] ShelfPointer find(KnowledgeBaseId base) const {
    std::lock_guard lock(mutex_);
    auto found = shelves_.find(base);
    return found == shelves_.end() ? nullptr : found->second;
  }

  void forget(KnowledgeBaseId base, const ShelfPointer& shelf) {
    std::lock_guard lock(mutex_);
    auto found = shelves_.find(base);
    if (found != shelves_.end() && found->second == shelf) shelves_.erase(found);
  }

  [[nodiscard]] CallContext limited(CallContext context) const {
    return limited(std::move(context), options_.call_timeout);
  }
  static CallContext limited(CallContext context, std::chrono::milliseconds time) {
    auto latest = std::chrono::steady_clock::now() + time;
    context.deadline = std::min(context.deadline, latest);
    return context;
  }

  // What Redis has; deletes the rest of an index of which something was lost.
  Task<Result<VectorState>> load(CallContext context, const Shelf& shelf) {
    RedisBatch asking{.key = shelf.keys.state(), .may_repeat = true};
    asking.commands.push_back(ask_for_state(shelf.keys));
    CO_TRY(auto reply, co_await redis_.call(context, std::move(asking)));
    auto state = read_state(reply);
    if (!state) co_return VectorState{};
    std::vector<RedisBatch> batches;
    for (const auto& set : state->sets)
      batches.push_back({.key = shelf.keys.vectors(set),
                         .commands = {{"VCARD", shelf.keys.vectors(set)}},
                         .may_repeat = true});
    CO_TRY(auto counts, co_await redis_.run(context, std::move(batches)));
    for (std::size_t i = 0; i < counts.size(); ++i) {
      if (counts[i].front().integer >= state->sets[i].rows) continue;
      log::warn("Redis has lost vectors; they are brought anew");
      CO_TRY_VOID(co_await drop_vectors(std::move(context), redis_, shelf.keys));
      co_return VectorState{};
    }
    co_return std::move(*state);
  }

  // Waits until another process has led Redis to a version; answers the one it came to.
  Task<Result<std::int64_t>> wait_for(CallContext context, Shelf& shelf, std::int64_t version) {
    auto latest = std::chrono::steady_clock::now() + options_.patience;
    auto pause = first_pause;
    while (true) {
      RedisBatch asking{.key = shelf.keys.state(), .may_repeat = true};
      asking.commands = {ask_for_state(shelf.keys), {"GET", shelf.keys.lease()}};
      CO_TRY(auto replies, co_await redis_.run_one(context, std::move(asking)));
      auto state = read_state(replies[0]);
      if (!state) co_return fail(ErrorCode::unavailable, "Redis has lost the index");
      auto reached = state->version;
      shelf.see(std::move(*state));
      bool is_abandoned = replies[1].text.empty() || replies[1].text == owner_;
      bool is_over = std::chrono::steady_clock::now() >= latest;
      if (reached >= version || is_abandoned || is_over) co_return reached;
      CO_TRY_VOID(co_await redis_.pause(context, pause));
      pause = std::min(2 * pause, pause_max);
    }
  }

  Task<Result<void>> erase_vectors(CallContext context, KnowledgeBaseId base) {
    VectorKeys names(options_.key_prefix, base, "");
    RedisBatch asking{.key = names.models(), .may_repeat = true};
    asking.commands.push_back({"SMEMBERS", names.models()});
    CO_TRY(auto marks, co_await redis_.call(context, std::move(asking)));
    for (const auto& mark : marks.list) {
      VectorKeys keys(options_.key_prefix, base, mark.text);
      CO_TRY_VOID(co_await drop_vectors(context, redis_, std::move(keys)));
    }
    co_return Result<void>{};
  }

  // Whatever is to be opened must have been deleted before.
  Task<Result<void>> finish_erasing(CallContext context, KnowledgeBaseId base) {
    while (true) {
      bool is_running = false;
      {
        std::lock_guard lock(mutex_);
        auto found = erasing_.find(base);
        if (found == erasing_.end()) co_return Result<void>{};
        is_running = found->second;
      }
      if (!is_running) break;
      CO_TRY_VOID(co_await redis_.pause(context, first_pause));
    }
    CO_TRY_VOID(co_await erase_vectors(std::move(context), base));
    std::lock_guard lock(mutex_);
    erasing_.erase(base);
    co_return Result<void>{};
  }

  Redis& redis_;
  std::unique_ptr<PassageIndex> words_;
  RedisPassageIndexOptions options_;
  std::string owner_;  // names this process to the others
  Counter& exact_;
  Counter& losses_;
  std::stop_source stopping_;
  mutable std::mutex mutex_;  // over what follows; never held while waiting
  std::unordered_map<KnowledgeBaseId, ShelfPointer> shelves_;
  std::unordered_map<KnowledgeBaseId, bool> erasing_;  // false: it failed
  std::condition_variable idle_;
  int working_ = 0;
};

}  // namespace

std::unique_ptr<PassageIndex> make_redis_passage_index(Redis& redis,
                                                       std::unique_ptr<PassageIndex> words,
                                                       RedisPassageIndexOptions options,
                                                       Metrics& metrics) {
  return std::make_unique<RedisPassageIndex>(redis, std::move(words), std::move(options), metrics);
}

Task<Result<void>> check_vector_sets(CallContext context, Redis& redis) {
  RedisBatch asking{.commands = {{"COMMAND", "INFO", "VSIM"}}, .may_repeat = true};
  CO_TRY(auto reply, co_await redis.call(std::move(context), std::move(asking)));
  bool has_them = reply.list.size() == 1 && reply.list[0].kind == RedisReply::Kind::list;
  if (!has_them) co_return fail(ErrorCode::unavailable, "Redis has no vector sets; 8 has them");
  co_return Result<void>{};
}

}  // namespace aiva
