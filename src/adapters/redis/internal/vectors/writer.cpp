#include "adapters/redis/internal/vectors/writer.h"

#include <algorithm>
#include <charconv>

#include "adapters/redis/internal/protocol.h"
#include "adapters/redis/internal/vectors/scripts.h"

namespace aiva::redis {
namespace {

using Kind = RedisReply::Kind;

constexpr std::size_t rows_per_script = 16;  // a script holds the server up while it runs
constexpr std::size_t documents_per_script = 64;
constexpr std::size_t copies_per_script = 8;
constexpr std::size_t members_per_script = 1000;
constexpr std::int64_t unused_s = 24L * 60 * 60;     // before vectors of another model go
constexpr std::size_t bytes_per_run = 256UL * 1024;  // a slow server must keep to the deadline
constexpr std::size_t copied_dimension_max = 7000;   // more than Lua unpacks
// Bytes tell vectors of few dimensions apart too coarsely.
constexpr std::size_t quantised_dimension_min = 64;

std::unexpected<Error> overtaken() {
  return fail({.code = ErrorCode::unavailable,
               .message = "Another process changes the index; try again",
               .retry_after_s = 1});
}

Error to_failure(const RedisReply& reply) {
  if (reply.text.starts_with("FENCED")) return overtaken().error();
  return to_error(reply);
}

Task<Result<std::vector<RedisReply>>> run_all(CallContext context, Redis& redis,
                                              std::vector<RedisBatch> batches) {
  CO_TRY(auto answers, co_await redis.run(std::move(context), std::move(batches)));
  std::vector<RedisReply> flat;
  for (auto& replies : answers)
    for (auto& reply : replies) {
      if (reply.kind == Kind::error) co_return fail(to_failure(reply));
      flat.push_back(std::move(reply));
    }
  co_return flat;
}

Task<Result<RedisReply>> run_one(CallContext context, Redis& redis, RedisBatch batch) {
  std::vector<RedisBatch> batches;
  batches.push_back(std::move(batch));
  CO_TRY(auto replies, co_await run_all(std::move(context), redis, std::move(batches)));
  co_return std::move(replies.back());
}

// A number above 0.
std::optional<Epoch> read_epoch(std::string_view text) {
  Epoch epoch = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), epoch);
  if (error != std::errc() || end != text.data() + text.size() || epoch <= 0) return std::nullopt;
  return epoch;
}

std::vector<std::string> texts_of(const RedisReply& reply) {
  std::vector<std::string> texts;
  for (const auto& item : reply.list) texts.push_back(item.text);
  return texts;
}

// `id:tag`, as a change notes the sets it makes.
VectorSet read_made(const std::string& text) {
  auto colon = text.find(':');
  return {.id = text.substr(0, colon),
          .tag = colon == std::string::npos ? "" : text.substr(colon + 1)};
}

}  // namespace

RedisBatch VectorWriter::eval(const char* script, std::vector<std::string> keys,
                              std::vector<std::string> arguments) const {
  RedisBatch batch{.key = keys.front()};
  RedisCommand command{"EVAL", script, std::to_string(keys.size())};
  for (auto& key : keys) command.push_back(std::move(key));
  command.push_back(std::to_string(epoch_));
  for (auto& argument : arguments) command.push_back(std::move(argument));
  batch.commands.push_back(std::move(command));
  return batch;
}

std::string VectorWriter::quantisation() const {
  return settings_.dimension < quantised_dimension_min ? "NOQUANT" : "Q8";
}

Task<Result<std::unique_ptr<VectorWriter>>> VectorWriter::begin(CallContext context, Redis& redis,
                                                                VectorKeys keys,
                                                                Settings settings) {
  RedisBatch taking{.key = keys.state()};
  taking.commands.push_back({"EVAL", scripts::acquire, "4", keys.state(), keys.lease(),
                             keys.open_epochs(), keys.models(), settings.owner,
                             std::to_string(settings.options.lease.count()), keys.model_mark()});
  taking.commands.push_back(ask_for_state(keys));
  taking.commands.push_back({"SMEMBERS", keys.open_epochs()});
  CO_TRY(auto replies, co_await redis.run_one(context, std::move(taking)));
  const auto& taken = replies[0].list;
  if (taken.size() == 2 && taken[0].integer == 0) co_return std::unique_ptr<VectorWriter>();
  auto epoch = taken.size() == 2 ? read_epoch(taken[1].text) : std::nullopt;
  auto state = read_state(replies[1]);
  if (!epoch || !state) co_return fail(internal_error("Redis has a malformed state of an index"));
  std::unique_ptr<VectorWriter> writer(
      new VectorWriter(redis, std::move(keys), std::move(settings)));
  writer->epoch_ = *epoch;
  writer->state_ = std::move(*state);
  CO_TRY_VOID(co_await writer->put_up_fences(context, writer->state_.sets));
  for (const auto& text : texts_of(replies[2])) {
    auto unfinished = read_epoch(text);
    if (!unfinished || *unfinished == *epoch) continue;
    CO_TRY_VOID(co_await writer->end_change(context, *unfinished));
  }
  co_return std::move(writer);
}

Task<Result<void>> VectorWriter::put_up_fences(CallContext context, std::vector<VectorSet> sets) {
  std::vector<std::string> tags;
  for (auto& set : sets)
    if (std::ranges::find(tags, set.tag) == tags.end()) tags.push_back(set.tag);
  std::vector<RedisBatch> batches;
  for (const auto& tag : tags) batches.push_back(eval(scripts::fence, {keys_.fence(tag)}, {}));
  CO_TRY_VOID(co_await run_all(std::move(context), redis_, std::move(batches)));
  co_return Result<void>{};
}

Task<Result<std::vector<DocumentId>>> VectorWriter::read_changed(CallContext context, Epoch epoch) {
  RedisBatch asking{.key = keys_.state(), .commands = {{"SMEMBERS", keys_.changed(epoch)}}};
  CO_TRY(auto members, co_await run_one(std::move(context), redis_, std::move(asking)));
  std::vector<DocumentId> documents;
  for (const auto& member : members.list) {
    auto name = read_row_name(member.text + std::string(row_name_bytes - 16, '\0'));
    if (name) documents.push_back(name->document);
  }
  co_return documents;
}

// Another change was given up or stopped before it had cleaned up; it is held off by the fences.
Task<Result<void>> VectorWriter::end_change(CallContext context, Epoch epoch) {
  CO_TRY(auto documents, co_await read_changed(context, epoch));
  CO_TRY_VOID(co_await hide(context, std::move(documents), epoch));
  CO_TRY_VOID(co_await drop_unlisted(context, epoch));
  if (epoch == state_.epoch) {
    CO_TRY_VOID(co_await count_rows(context));
    CO_TRY_VOID(co_await list_sets(context, true));
  }
  CO_TRY_VOID(co_await forget(std::move(context), epoch));
  co_return Result<void>{};
}

Task<Result<void>> VectorWriter::give_up(CallContext context) {
  auto ended = co_await end_change(std::move(context), epoch_);
  co_return ended;
}

// A change that has nothing left to do; of this one, gives the lease back.
Task<Result<void>> VectorWriter::forget(CallContext context, Epoch epoch) {
  auto forgetting = eval(
      scripts::forget,
      {keys_.state(), keys_.open_epochs(), keys_.changed(epoch), keys_.made(epoch), keys_.lease()},
      {std::to_string(epoch), settings_.owner});
  CO_TRY_VOID(co_await run_one(std::move(context), redis_, std::move(forgetting)));
  if (epoch == epoch_) state_.is_writing = false;
  co_return Result<void>{};
}

// Of a change that is shown: what its documents had before. Of one that was given up: what it
// wrote.
Task<Result<void>> VectorWriter::hide(CallContext context, std::vector<DocumentId> documents,
                                      Epoch epoch) {
  bool is_shown = epoch == state_.epoch;
  auto epoch_bytes = write_epoch(epoch);
  for (std::size_t first = 0; first < documents.size(); first += documents_per_script) {
    std::vector<std::string> bounds;
    auto last = std::min(documents.size(), first + documents_per_script);
    for (auto at = first; at < last; ++at) {
      auto document = write_uuid(documents[at].uuid);
      bounds.emplace_back("[").append(document);
      if (!is_shown) bounds.back().append(epoch_bytes);
      bounds.emplace_back("(").append(document).append(epoch_bytes);
      if (!is_shown) bounds.back().append(17, '\xFF');
    }
    std::vector<RedisBatch> batches;
    for (const auto& set : state_.sets)
      batches.push_back(eval(scripts::hide,
                             {keys_.fence(set.tag), keys_.vectors(set), keys_.names(set)}, bounds));
    CO_TRY_VOID(co_await run_all(context, redis_, std::move(batches)));
    CO_TRY_VOID(co_await note(context, keys_.changed(epoch_), {}));
  }
  co_return Result<void>{};
}

// Of the sets that a change made, those that are not shown.
Task<Result<void>> VectorWriter::drop_unlisted(CallContext context, Epoch epoch) {
  RedisBatch asking{.key = keys_.state(), .commands = {{"SMEMBERS", keys_.made(epoch)}}};
  CO_TRY(auto made, co_await run_one(context, redis_, std::move(asking)));
  std::vector<VectorSet> unlisted;
  for (const auto& text : texts_of(made)) {
    auto set = read_made(text);
    auto listed = [&set](const VectorSet& other) { return other.id == set.id; };
    if (std::ranges::none_of(state_.sets, listed)) unlisted.push_back(std::move(set));
  }
  CO_TRY_VOID(co_await put_up_fences(context, unlisted));
  std::vector<RedisBatch> batches;
  for (const auto& set : unlisted)
    batches.push_back({.key = keys_.fence(set.tag),
                       .commands = {{"UNLINK", keys_.vectors(set), keys_.names(set)}}});
  CO_TRY_VOID(co_await run_all(std::move(context), redis_, std::move(batches)));
  co_return Result<void>{};
}

// Adds to a list of this change and prolongs the lease.
Task<Result<void>> VectorWriter::note(CallContext context, std::string list,
                                      std::vector<std::string> members) {
  for (std::size_t first = 0; first == 0 || first < members.size(); first += members_per_script) {
    std::vector<std::string> arguments{std::to_string(settings_.options.lease.count())};
    auto last = std::min(members.size(), first + members_per_script);
    for (auto at = first; at < last; ++at) arguments.push_back(members[at]);
    auto noting = eval(scripts::note, {keys_.state(), keys_.lease(), list}, std::move(arguments));
    CO_TRY_VOID(co_await run_one(context, redis_, std::move(noting)));
  }
  co_return Result<void>{};
}

Task<Result<void>> VectorWriter::replace(CallContext context, std::vector<DocumentId> documents) {
  std::vector<std::string> members;
  for (auto document : documents)
    if (replaced_.insert(document).second) members.push_back(write_uuid(document.uuid));
  if (members.empty()) co_return Result<void>{};
  auto noting = note(std::move(context), keys_.changed(epoch_), std::move(members));
  auto noted = co_await std::move(noting);
  co_return noted;
}

Task<Result<VectorSet>> VectorWriter::make_set(CallContext context, std::string tag) {
  VectorSet set{.id = std::to_string(epoch_) + "-" + std::to_string(sets_made_++),
                .tag = std::move(tag)};
  std::vector<std::string> members{set.id + ":" + set.tag};
  CO_TRY_VOID(co_await note(context, keys_.made(epoch_), std::move(members)));
  std::vector<VectorSet> fenced{set};
  CO_TRY_VOID(co_await put_up_fences(std::move(context), std::move(fenced)));
  co_return set;
}

// The set with the fewest rows, or a new one when that has enough. A document stays in one.
Task<Result<std::size_t>> VectorWriter::find_place(CallContext context, DocumentId document) {
  auto known = places_.find(document);
  if (known != places_.end()) co_return known->second;
  auto rows_max = static_cast<std::int64_t>(settings_.options.set_rows_max);
  auto least = std::ranges::min_element(state_.sets, {}, &VectorSet::rows);
  auto place = static_cast<std::size_t>(least - state_.sets.begin());
  if (least == state_.sets.end() || least->rows >= rows_max) {
    // The first lies where the state lies; a search of it takes one round trip.
    std::string tag;
    if (!state_.sets.empty()) tag = std::to_string(epoch_) + "-" + std::to_string(sets_made_);
    CO_TRY(auto made, co_await make_set(std::move(context), std::move(tag)));
    state_.sets.push_back(std::move(made));
    place = state_.sets.size() - 1;
  }
  places_.emplace(document, place);
  co_return place;
}

Task<Result<void>> VectorWriter::add(CallContext context, std::vector<IndexedPassage> passages) {
  std::vector<DocumentId> documents;
  for (const auto& passage : passages) documents.push_back(passage.document);
  CO_TRY_VOID(co_await replace(context, std::move(documents)));
  std::vector<Placed> rows;
  std::size_t bytes = 0;
  for (auto& passage : passages) {
    CO_TRY(auto place, co_await find_place(context, passage.document));
    ++state_.sets[place].rows;
    bytes += passage.vector.size() * sizeof(float);
    rows.emplace_back(place, std::move(passage));
    if (bytes < bytes_per_run) continue;
    CO_TRY_VOID(co_await write(context, std::exchange(rows, {})));
    CO_TRY_VOID(co_await note(context, keys_.changed(epoch_), {}));
    bytes = 0;
  }
  CO_TRY_VOID(co_await write(std::move(context), std::move(rows)));
  co_return Result<void>{};
}

Task<Result<void>> VectorWriter::write(CallContext context, std::vector<Placed> rows) {
  auto batches = batches_of(std::move(rows));
  CO_TRY_VOID(co_await run_all(std::move(context), redis_, std::move(batches)));
  co_return Result<void>{};
}

std::vector<RedisBatch> VectorWriter::batches_of(std::vector<Placed> rows) const {
  std::vector<RedisBatch> batches;
  std::vector<std::vector<std::string>> waiting(state_.sets.size());
  auto flush = [&](std::size_t place) {
    if (waiting[place].empty()) return;
    const auto& set = state_.sets[place];
    std::vector<std::string> arguments{quantisation(),
                                       std::to_string(settings_.options.building_exploration)};
    std::ranges::move(waiting[place], std::back_inserter(arguments));
    waiting[place].clear();
    batches.push_back(eval(scripts::write,
                           {keys_.fence(set.tag), keys_.vectors(set), keys_.names(set)},
                           std::move(arguments)));
  };
  for (const auto& [place, passage] : rows) {
    auto& arguments = waiting[place];
    arguments.push_back(write_row_name({passage.document, epoch_, passage.chunk}));
    arguments.emplace_back(reinterpret_cast<const char*>(passage.vector.data()),
                           passage.vector.size() * sizeof(float));
    arguments.push_back(write_attributes(passage, epoch_));
    if (arguments.size() >= 3 * rows_per_script) flush(place);
  }
  for (std::size_t place = 0; place < waiting.size(); ++place) flush(place);
  return batches;
}

// How many rows the sets have and how many of them are hidden; names are kept of the others only.
Task<Result<void>> VectorWriter::count_rows(CallContext context) {
  std::vector<RedisBatch> batches;
  for (const auto& set : state_.sets)
    batches.push_back({.key = keys_.vectors(set),
                       .commands = {{"VCARD", keys_.vectors(set)}, {"ZCARD", keys_.names(set)}},
                       .may_repeat = true});
  CO_TRY(auto counts, co_await run_all(std::move(context), redis_, std::move(batches)));
  for (std::size_t i = 0; i < state_.sets.size(); ++i) {
    state_.sets[i].rows = counts[2 * i].integer;
    state_.sets[i].dead =
        std::max<std::int64_t>(0, counts[2 * i].integer - counts[2 * i + 1].integer);
  }
  co_return Result<void>{};
}

Task<Result<void>> VectorWriter::list_sets(CallContext context, bool is_clean) {
  auto listing =
      eval(scripts::list_sets, {keys_.state()}, {write_sets(state_.sets), is_clean ? "1" : "0"});
  CO_TRY_VOID(co_await run_one(std::move(context), redis_, std::move(listing)));
  if (is_clean) state_.is_cleaning = false;
  co_return Result<void>{};
}

Task<Result<void>> VectorWriter::commit(CallContext context, std::int64_t from_version,
                                        std::int64_t to_version) {
  CO_TRY_VOID(co_await count_rows(context));
  auto committing =
      eval(scripts::commit, {keys_.state()},
           {std::to_string(from_version), std::to_string(to_version), write_sets(state_.sets)});
  CO_TRY(auto reply, co_await run_one(std::move(context), redis_, std::move(committing)));
  if (reply.integer != 1) co_return fail(ErrorCode::conflict, "The index is at another version");
  state_.version = to_version;
  state_.epoch = epoch_;
  state_.is_cleaning = true;
  co_return Result<void>{};
}

Task<Result<void>> VectorWriter::clean_up(CallContext context) {
  std::vector<DocumentId> documents(replaced_.begin(), replaced_.end());
  CO_TRY_VOID(co_await hide(context, std::move(documents), epoch_));
  CO_TRY_VOID(co_await count_rows(context));
  CO_TRY_VOID(co_await copy_wasteful_sets(context));
  CO_TRY_VOID(co_await list_sets(context, true));
  CO_TRY_VOID(co_await drop_unlisted(context, epoch_));
  CO_TRY_VOID(co_await forget(context, epoch_));
  CO_TRY_VOID(co_await drop_other_models(std::move(context)));
  co_return Result<void>{};
}

// Processes with two models may run side by side while they are exchanged.
Task<Result<void>> VectorWriter::drop_other_models(CallContext context) {
  RedisBatch asking{.key = keys_.state(), .may_repeat = true};
  asking.commands = {{"TIME"}, {"SMEMBERS", keys_.models()}};
  CO_TRY(auto replies, co_await redis_.run_one(context, std::move(asking)));
  auto now = read_epoch(replies[0].list.empty() ? "" : replies[0].list[0].text).value_or(0);
  for (const auto& mark : texts_of(replies[1])) {
    if (mark == keys_.model_mark()) continue;
    auto other = keys_.of_model(mark);
    RedisBatch looking{.key = other.state(), .may_repeat = true};
    looking.commands.push_back({"HGET", other.state(), "changed_s"});
    CO_TRY(auto changed, co_await redis_.call(context, std::move(looking)));
    if (now - read_epoch(changed.text).value_or(0) < unused_s) continue;
    CO_TRY_VOID(co_await drop_vectors(context, redis_, std::move(other)));
  }
  co_return Result<void>{};
}

// Sets of which a third or more is hidden are slow to search and take memory for nothing.
Task<Result<void>> VectorWriter::copy_wasteful_sets(CallContext context) {
  auto dead_min = static_cast<std::int64_t>(settings_.options.dead_rows_min);
  std::vector<VectorSet> kept;
  std::vector<std::string> left;
  for (const auto& set : state_.sets) {
    bool is_wasteful = set.dead > dead_min && set.dead * 3 >= set.rows &&
                       settings_.dimension <= copied_dimension_max;
    bool is_empty = set.dead == set.rows;
    if (!is_wasteful && !is_empty) {
      kept.push_back(set);
      continue;
    }
    left.push_back(set.id + ":" + set.tag);
    if (is_empty) continue;
    CO_TRY(auto copied, co_await copy_set(context, set));
    kept.push_back(std::move(copied));
  }
  if (left.empty()) co_return Result<void>{};
  CO_TRY_VOID(co_await note(std::move(context), keys_.made(epoch_), std::move(left)));
  state_.sets = std::move(kept);
  co_return Result<void>{};
}

Task<Result<VectorSet>> VectorWriter::copy_set(CallContext context, VectorSet from) {
  CO_TRY(auto to, co_await make_set(context, from.tag));
  std::string after = "-";
  while (true) {
    RedisBatch paging{.key = keys_.names(from), .may_repeat = true};
    paging.commands.push_back({"ZRANGEBYLEX", keys_.names(from), after, "+", "LIMIT", "0",
                               std::to_string(copies_per_script)});
    CO_TRY(auto page, co_await run_one(context, redis_, std::move(paging)));
    if (page.list.empty()) co_return to;
    std::vector<std::string> arguments{quantisation(),
                                       std::to_string(settings_.options.building_exploration)};
    std::ranges::move(texts_of(page), std::back_inserter(arguments));
    after = "(" + page.list.back().text;
    to.rows += static_cast<std::int64_t>(page.list.size());
    auto copying =
        eval(scripts::copy,
             {keys_.fence(from.tag), keys_.vectors(from), keys_.vectors(to), keys_.names(to)},
             std::move(arguments));
    CO_TRY_VOID(co_await run_one(context, redis_, std::move(copying)));
    CO_TRY_VOID(co_await note(context, keys_.made(epoch_), {}));
  }
}

// Fences go first: what another process still writes is refused. The state goes last, so that an
// interrupted deletion can be repeated.
Task<Result<void>> drop_vectors(CallContext context, Redis& redis, VectorKeys keys) {
  RedisBatch asking{.key = keys.state(), .may_repeat = true};
  asking.commands = {ask_for_state(keys), {"SMEMBERS", keys.open_epochs()}};
  CO_TRY(auto replies, co_await redis.run_one(context, std::move(asking)));
  std::vector<VectorSet> sets;
  if (auto state = read_state(replies[0])) sets = std::move(state->sets);
  RedisCommand forgetting{"UNLINK", keys.state(), keys.lease(), keys.open_epochs()};
  for (const auto& text : texts_of(replies[1])) {
    auto epoch = read_epoch(text);
    if (!epoch) continue;
    forgetting.push_back(keys.changed(*epoch));
    forgetting.push_back(keys.made(*epoch));
    RedisBatch listing{.key = keys.state(), .commands = {{"SMEMBERS", keys.made(*epoch)}}};
    CO_TRY(auto made, co_await redis.call(context, std::move(listing)));
    for (const auto& set : texts_of(made)) sets.push_back(read_made(set));
  }
  std::vector<RedisBatch> batches;
  for (const auto& set : sets)
    batches.push_back(
        {.key = keys.fence(set.tag),
         .commands = {{"UNLINK", keys.fence(set.tag), keys.vectors(set), keys.names(set)}},
         .may_repeat = true});
  CO_TRY_VOID(co_await run_all(context, redis, std::move(batches)));
  RedisBatch last{.key = keys.state(), .may_repeat = true};
  last.commands = {std::move(forgetting), {"SREM", keys.models(), keys.model_mark()}};
  CO_TRY_VOID(co_await redis.run_one(std::move(context), std::move(last)));
  co_return Result<void>{};
}

}  // namespace aiva::redis
