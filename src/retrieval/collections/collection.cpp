#include "retrieval/collections/collection.h"

#include <algorithm>
#include <bit>
#include <string>
#include <utility>

#include "foundation/log.h"
#include "retrieval/collections/merge_choice.h"

namespace aiva::retrieval {
namespace {

constexpr std::string_view segment_suffix = ".segment";
constexpr std::size_t stem_characters = 12;

using Bits = std::vector<std::uint64_t>;

void set_bit(Bits& bits, std::size_t row) { bits[row / 64] |= std::uint64_t{1} << row % 64; }

std::size_t count_bits(const Bits& bits) {
  std::size_t count = 0;
  for (auto word : bits) count += static_cast<std::size_t>(std::popcount(word));
  return count;
}

// The end of a UUID is random.
std::string make_file_stem() {
  auto text = Uuid::make().to_string();
  return text.substr(text.size() - stem_characters) + "-";
}

// The view with the rows of these groups deleted too.
SegmentView without_groups(const SegmentView& view, const std::unordered_set<Uuid>& groups) {
  const auto& segment = *view.segment;
  std::vector<std::uint8_t> goes(segment.group_keys().size());
  bool goes_any = false;
  for (std::size_t i = 0; i < goes.size(); ++i)
    if (groups.contains(segment.group_keys()[i])) goes[i] = goes_any = true;
  if (!goes_any) return view;
  Bits dead(view.dead_rows().begin(), view.dead_rows().end());
  dead.resize((segment.rows() + 63) / 64);
  for (std::size_t row = 0; row < segment.rows(); ++row)
    if (goes[segment.row_groups()[row]] != 0) set_bit(dead, row);
  SegmentView changed{.segment = view.segment, .dead_count = count_bits(dead)};
  changed.dead = std::make_shared<const Bits>(std::move(dead));
  return changed;
}

}  // namespace

Collection::Collection(CollectionOptions options, AnalyzerPool& analyzers)
    : options_(std::move(options)),
      analyzers_(analyzers),
      snapshot_(std::make_shared<const Snapshot>()),
      file_stem_(make_file_stem()) {}

Result<std::unique_ptr<Collection>> Collection::open(CollectionOptions options,
                                                     AnalyzerPool& analyzers) {
  std::unique_ptr<Collection> collection(new Collection(std::move(options), analyzers));
  if (collection->options_.folder.empty()) return collection;
  std::error_code code;
  if (collection->is_writable())
    std::filesystem::create_directories(collection->options_.folder, code);
  if (code)
    return fail(ErrorCode::unavailable, "The folder of an index cannot be made", code.message());
  auto loaded = collection->load();
  // Whoever writes the folder may have merged files away between its manifest and them.
  for (int i = 0; i < 3 && !loaded && collection->options_.is_read_only; ++i)
    loaded = collection->load();
  if (!loaded && loaded.error().code == ErrorCode::unavailable)
    return fail(std::move(loaded.error()));
  if (!loaded && loaded.error().code != ErrorCode::not_found) {
    auto folder = collection->options_.folder.string();
    log::warn(
        "An index starts anew",
        {{"folder", folder}, {"reason", loaded.error().message}, {"cause", loaded.error().cause}});
  }
  if (collection->is_writable()) collection->remove_strangers();
  return collection;
}

Result<void> Collection::load() {
  TRY(auto manifest, read_manifest(options_.folder));
  sequence_ = manifest.sequence;
  if (manifest.shape != options_.shape)
    return fail(ErrorCode::conflict, "The index was made for another model");
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->version = manifest.version;
  for (auto& listed : manifest.segments) {
    auto segment = open_listed(listed);
    if (!segment && segment.error().code == ErrorCode::not_found)
      return fail(ErrorCode::invalid, "A file of the index is missing", listed.file);
    if (!segment) return fail(std::move(segment.error()));
    SegmentView view{.segment = std::move(*segment), .dead_count = count_bits(listed.dead)};
    if (!listed.dead.empty()) view.dead = std::make_shared<const Bits>(std::move(listed.dead));
    snapshot->segments.push_back(std::move(view));
  }
  disk_version_ = snapshot->version;
  snapshot_.store(std::move(snapshot));
  return {};
}

Result<SegmentPointer> Collection::open_listed(const ManifestSegment& listed) const {
  TRY(auto segment, Segment::open(options_.folder / listed.file, options_.shape));
  if (segment->rows() != listed.rows)
    return fail(ErrorCode::invalid, "A file of the index has another number of rows", listed.file);
  return segment;
}

// Deletes files no snapshot of this process and no manifest names.
void Collection::remove_strangers() const {
  auto snapshot = snapshot_.load();
  std::unordered_set<std::string> known{std::string(manifest_file)};
  for (const auto& view : snapshot->segments)
    known.insert(view.segment->path().filename().string());
  std::error_code code;
  for (const auto& entry : std::filesystem::directory_iterator(options_.folder, code)) {
    std::error_code ignored;  // what stays is looked at again at the next start
    if (!known.contains(entry.path().filename().string()))
      std::filesystem::remove(entry.path(), ignored);
  }
}

Result<void> Collection::Change::add(NewRow row) {
  auto dimension = collection_->options_.shape.dimension;
  if (!row.vector.empty() && row.vector.size() != dimension)
    return fail(ErrorCode::invalid, "A vector has another dimension than the index");
  if (row.attributes.kind >= row_kinds_max)
    return fail(ErrorCode::invalid, "A row is of a kind the index does not know");
  rows_.push_back(std::move(row));
  if (rows_.size() < collection_->options_.batch_rows_max) return {};
  return seal();
}

Result<void> Collection::Change::seal() {
  if (rows_.empty()) return {};
  TRY(auto segment, collection_->make_segment(rows_));
  segments_.push_back(std::move(segment));
  rows_.clear();
  return {};
}

// Few rows stay on the heap until they are flushed together; a full batch goes into a file.
Result<SegmentPointer> Collection::make_segment(std::span<const NewRow> rows) {
  auto analyzer = analyzers_.lend();
  bool goes_to_file = is_writable() && rows.size() >= options_.batch_rows_max;
  if (!goes_to_file) {
    HeapSections sections;
    write_segment(rows, options_.shape, *analyzer, sections);
    return Segment::of_heap(std::move(sections), options_.shape);
  }
  auto path = next_file();
  TRY(auto writer, SegmentFileWriter::create(path));
  write_segment(rows, options_.shape, *analyzer, *writer);
  TRY_VOID(writer->finish());
  return Segment::open(path, options_.shape);
}

std::filesystem::path Collection::next_file() {
  auto number = std::to_string(next_number_++);
  return options_.folder / (file_stem_ + number + std::string(segment_suffix));
}

Collection::Change::~Change() {
  for (const auto& segment : segments_) {
    if (segment->is_on_heap()) continue;
    std::error_code ignored;  // a stranger to the next start
    std::filesystem::remove(segment->path(), ignored);
  }
}

Result<void> Collection::commit(Change change, std::int64_t from_version, std::int64_t to_version) {
  TRY_VOID(change.seal());
  std::lock_guard lock(writing_);
  auto current = snapshot_.load();
  if (is_sealed_) return fail(ErrorCode::conflict, "The index takes no changes any more");
  if (current->version != from_version)
    return fail(ErrorCode::conflict, "The index is at another version");
  auto next = std::make_shared<Snapshot>();
  next->version = to_version;
  for (const auto& view : current->segments)
    next->segments.push_back(change.removed_.empty() ? view
                                                     : without_groups(view, change.removed_));
  for (auto& segment : std::exchange(change.segments_, {}))
    next->segments.push_back({.segment = std::move(segment)});
  snapshot_.store(std::move(next));
  return {};
}

void Collection::seal() {
  std::lock_guard lock(writing_);
  is_sealed_ = true;
}

bool Collection::seal_when_durable() {
  std::lock_guard lock(writing_);
  if (is_ahead_of_disk()) return false;
  is_sealed_ = true;
  return true;
}

bool Collection::is_ahead_of_disk() const {
  return is_writable() && snapshot_.load()->version != disk_version_;
}

bool Collection::wants_flush() const {
  if (!is_writable()) return false;
  std::size_t rows = 0;
  std::size_t bytes = 0;
  auto snapshot = snapshot_.load();
  for (const auto& view : snapshot->segments) {
    if (!view.segment->is_on_heap()) continue;
    rows += view.segment->rows();
    bytes += view.segment->resident_bytes();
  }
  return rows > options_.heap_rows_max || bytes > options_.heap_bytes_max;
}

// Files of another process are left as they are.
bool Collection::may_merge(const Snapshot& snapshot, std::span<const std::size_t> chosen) const {
  return !chosen.empty() &&
         (is_writable() || snapshot.segments[chosen.front()].segment->is_on_heap());
}

bool Collection::wants_merge() const {
  auto snapshot = snapshot_.load();
  return may_merge(*snapshot, choose_merge(*snapshot, options_.segment_rows_max));
}

Result<void> Collection::flush() {
  if (!is_writable()) return {};
  std::lock_guard lock(upkeep_);
  auto snapshot = snapshot_.load();
  std::vector<SegmentView> on_heap;
  for (const auto& view : snapshot->segments)
    if (view.segment->is_on_heap()) on_heap.push_back(view);
  if (on_heap.empty() && snapshot->version == disk_version_) return {};
  return move_to_file(*snapshot, on_heap);
}

Result<bool> Collection::merge() {
  std::lock_guard lock(upkeep_);
  auto snapshot = snapshot_.load();
  auto chosen = choose_merge(*snapshot, options_.segment_rows_max);
  if (!may_merge(*snapshot, chosen)) return false;
  std::vector<SegmentView> views;
  for (auto place : chosen) views.push_back(snapshot->segments[place]);
  if (views.front().segment->is_on_heap()) {
    TRY(auto merged, merge_views(views, Target::heap));
    replace(views, merged);
    return true;
  }
  // Rows deleted since the last manifest go now, so what is on the heap has to come along: the new
  // manifest shows this version and no mixture of two.
  for (const auto& view : snapshot->segments)
    if (view.segment->is_on_heap()) views.push_back(view);
  TRY_VOID(move_to_file(*snapshot, views));
  std::error_code ignored;  // readers of older snapshots hold the file open until they end
  for (const auto& view : views)
    if (!view.segment->is_on_heap()) std::filesystem::remove(view.segment->path(), ignored);
  return true;
}

// Writes these segments of the snapshot as one file, and the manifest of the snapshot with it.
Result<void> Collection::move_to_file(const Snapshot& snapshot,
                                      std::span<const SegmentView> views) {
  Snapshot durable = snapshot;
  if (!views.empty()) {
    TRY(auto merged, merge_views(views, Target::file));
    replace(views, merged);
    std::erase_if(durable.segments, [views](const auto& view) {
      return std::ranges::find(views, view.segment, &SegmentView::segment) != views.end();
    });
    if (merged.segment != nullptr) durable.segments.push_back({.segment = merged.segment});
  }
  return record(durable);
}

// Writes the living rows of some segments as one.
Result<Collection::Merged> Collection::merge_views(std::span<const SegmentView> views,
                                                   Target target) {
  Merged merged;
  if (std::ranges::all_of(views, [](const auto& view) { return view.live() == 0; })) return merged;
  if (target == Target::heap) {
    HeapSections sections;
    TRY(merged.places, write_merged(views, options_.shape, sections));
    TRY(merged.segment, Segment::of_heap(std::move(sections), options_.shape));
    return merged;
  }
  auto path = next_file();
  TRY(auto writer, SegmentFileWriter::create(path));
  TRY(merged.places, write_merged(views, options_.shape, *writer));
  TRY_VOID(writer->finish());
  TRY(merged.segment, Segment::open(path, options_.shape));
  return merged;
}

// Puts the merged segment in the place of its sources. Rows deleted from these in the meantime are
// deleted from it.
void Collection::replace(std::span<const SegmentView> views, const Merged& merged) {
  std::lock_guard lock(writing_);
  auto current = snapshot_.load();
  auto next = std::make_shared<Snapshot>();
  next->version = current->version;
  std::vector<const SegmentView*> now(views.size());
  for (const auto& view : current->segments) {
    auto source = std::ranges::find(views, view.segment, &SegmentView::segment);
    if (source == views.end())
      next->segments.push_back(view);
    else
      now[static_cast<std::size_t>(source - views.begin())] = &view;
  }
  if (merged.segment != nullptr) {
    Bits dead((merged.places.size() + 63) / 64);
    for (std::size_t row = 0; row < merged.places.size(); ++row) {
      const auto& place = merged.places[row];
      if (now[place.source]->is_dead(place.row)) set_bit(dead, row);
    }
    SegmentView view{.segment = merged.segment, .dead_count = count_bits(dead)};
    if (view.dead_count > 0) view.dead = std::make_shared<const Bits>(std::move(dead));
    next->segments.push_back(std::move(view));
  }
  snapshot_.store(std::move(next));
}

Result<void> Collection::record(const Snapshot& snapshot) {
  Manifest manifest{.sequence = sequence_ + 1,
                    .version = snapshot.version,
                    .shape = options_.shape,
                    .segments = {}};
  for (const auto& view : snapshot.segments)
    manifest.segments.push_back({.file = view.segment->path().filename().string(),
                                 .rows = view.segment->rows(),
                                 .dead = Bits(view.dead_rows().begin(), view.dead_rows().end())});
  TRY_VOID(write_manifest(options_.folder, manifest));
  sequence_ = manifest.sequence;
  disk_version_ = manifest.version;
  return {};
}

Result<void> Collection::verify() const {
  auto snapshot = snapshot_.load();
  for (const auto& view : snapshot->segments) TRY_VOID(view.segment->verify());
  return {};
}

std::size_t Collection::file_bytes() const {
  std::size_t bytes = 0;
  auto snapshot = snapshot_.load();
  for (const auto& view : snapshot->segments) bytes += view.segment->file_bytes();
  return bytes;
}

}  // namespace aiva::retrieval
