#include "capabilities/agents/internal/change_follower.h"

#include <algorithm>
#include <utility>

#include "foundation/log.h"

namespace aiva::agents {
namespace {

constexpr int changes_per_read = 10'000;
constexpr std::size_t changes_max = 50'000;

}  // namespace

ChangeFollower::ChangeFollower(Database& database, const Clock& clock,
                               std::chrono::milliseconds follow_time,
                               std::function<void(AgentId)> forget)
    : database_(database), clock_(clock), follow_time_(follow_time), forget_(std::move(forget)) {}

bool ChangeFollower::is_due() {
  auto now = clock_.steady().time_since_epoch();
  auto due_at = due_at_.load(std::memory_order_relaxed);
  if (now.count() < due_at) return false;
  auto next = now + std::chrono::duration_cast<std::chrono::steady_clock::duration>(follow_time_);
  return due_at_.compare_exchange_strong(due_at, next.count());
}

Task<void> ChangeFollower::follow(CallContext context) {
  std::int64_t known = 0;
  {
    std::lock_guard lock(mutex_);
    known = known_;
  }
  auto reading = read(database_, context, [known](SqlSession& sql) -> Result<News> {
    ActiveRows rows(sql);
    News news;
    TRY(news.clock, rows.clock());
    if (news.clock == known) return news;
    TRY(news.marks, rows.changes_behind(known, changes_per_read));
    return news;
  });
  auto news = co_await std::move(reading);
  if (news)
    take_over(*news);
  else
    log::failure("The changes of agents could not be read", context, news.error());
}

void ChangeFollower::take_over(const News& news) {
  bool is_all = news.marks.size() == changes_per_read;
  bool is_first = false;
  {
    std::lock_guard lock(mutex_);
    if (news.clock <= known_) return;
    is_first = known_ < 0;
    known_ = news.clock;
    if (is_all || changes_.size() > changes_max) {
      floor_ = is_all ? news.marks.back().number - 1 : news.clock;
      std::erase_if(changes_, [this](const auto& entry) { return entry.second <= floor_; });
    }
    for (const auto& mark : news.marks) raise(mark);
  }
  if (is_first) return;
  if (is_all) return forget_(AgentId{});
  for (const auto& mark : news.marks) forget_(mark.agent);
}

void ChangeFollower::raise(const AgentChangeMark& mark) {
  auto& number = changes_[mark.agent];
  number = std::max(number, mark.number);
}

void ChangeFollower::note(const AgentChangeMark& mark) {
  std::lock_guard lock(mutex_);
  raise(mark);
}

bool ChangeFollower::is_current(AgentId agent, std::int64_t number) const {
  std::lock_guard lock(mutex_);
  if (known_ < 0 || number < floor_) return false;
  auto found = changes_.find(agent);
  return found == changes_.end() || found->second <= number;
}

}  // namespace aiva::agents
