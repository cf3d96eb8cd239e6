#include "capabilities/knowledge/sections.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "capabilities/knowledge/internal/chunks_table.h"

namespace aiva::knowledge {
namespace {

constexpr std::size_t ids_max = 64;
constexpr std::int64_t neighbours_max = 24;  // on each side

bool stands_under(const Chunk& chunk, std::string_view heading_path) {
  std::string_view path = chunk.heading_path;
  if (heading_path.empty() || !path.starts_with(heading_path)) return path == heading_path;
  path.remove_prefix(heading_path.size());
  return path.empty() || path.starts_with(" > ");
}

class RowSections final : public Sections {
 public:
  explicit RowSections(Database& database) : database_(database) {}

  Task<Result<std::vector<Section>>> around(CallContext context, std::vector<ChunkId> ids,
                                            int tokens_max) override {
    if (ids.size() > ids_max)
      co_return fail(ErrorCode::too_large, "Too many chunks for one look at their sections");
    auto reading = read(database_, context, [&](SqlSession& sql) -> Result<std::vector<Section>> {
      ChunksTable table(sql);
      std::vector<Section> sections;
      for (auto id : ids) {
        TRY(auto neighbours, table.around(context.tenant, id, neighbours_max));
        auto self = std::ranges::find(neighbours, id, &Chunk::id);
        auto at = static_cast<std::size_t>(std::distance(neighbours.begin(), self));
        sections.push_back(section_around(std::move(neighbours), at, tokens_max));
      }
      return sections;
    });
    auto sections = co_await std::move(reading);
    co_return sections;
  }

 private:
  Database& database_;
};

}  // namespace

Section section_around(std::vector<Chunk> neighbours, std::size_t at, int tokens_max) {
  if (at >= neighbours.size()) return {};
  const auto& heading_path = neighbours[at].heading_path;
  std::size_t first = at;
  std::size_t end = at + 1;
  int tokens = neighbours[at].token_count;
  auto fits = [&](std::size_t place, std::size_t beside) {
    const auto& chunk = neighbours[place];
    auto apart = chunk.index - neighbours[beside].index;
    return (apart == 1 || apart == -1) && stands_under(chunk, heading_path) &&
           tokens + chunk.token_count <= tokens_max;
  };
  for (bool has_grown = true; has_grown;) {
    has_grown = false;
    if (end < neighbours.size() && fits(end, end - 1)) {
      tokens += neighbours[end++].token_count;
      has_grown = true;
    }
    if (first > 0 && fits(first - 1, first)) {
      tokens += neighbours[--first].token_count;
      has_grown = true;
    }
  }
  Section section{.at = at - first};
  auto begin = std::make_move_iterator(neighbours.begin());
  section.chunks.assign(begin + static_cast<std::ptrdiff_t>(first),
                        begin + static_cast<std::ptrdiff_t>(end));
  return section;
}

std::unique_ptr<Sections> make_sections(Database& database) {
  return std::make_unique<RowSections>(database);
}

}  // namespace aiva::knowledge
