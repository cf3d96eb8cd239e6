#include "capabilities/moderation/moderation.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "capabilities/moderation/internal/hook.h"
#include "capabilities/moderation/internal/rules.h"
#include "foundation/log.h"

namespace aiva::moderation {
namespace {

using agents::ModerationSettings;
using std::chrono::milliseconds;

constexpr std::size_t piece_bytes_max = 8000;

CallContext within(CallContext context, milliseconds time) {
  context.deadline = std::min(context.deadline, std::chrono::steady_clock::now() + time);
  return context;
}

void add(Verdict& verdict, const Findings& findings, const ModerationSettings& rule) {
  using Kind = Verdict::Kind;
  auto kind = Kind::passed;
  if (findings.is_hit) kind = rule.action == "flag" ? Kind::flagged : Kind::blocked;
  if (kind == Kind::blocked && verdict.message.empty()) verdict.message = rule.message;
  verdict.kind = std::max(verdict.kind, kind);
  for (const auto& category : findings.categories) {
    auto place = std::ranges::lower_bound(verdict.categories, category);
    if (place == verdict.categories.end() || *place != category)
      verdict.categories.insert(place, category);
  }
}

class ProvidersAndHooks final : public Moderation {
 public:
  ProvidersAndHooks(ModerationParts parts, ModerationRules rules)
      : parts_(std::move(parts)), rules_(rules) {
    constexpr std::array<const char*, 4> outcomes{"unasked", "passed", "flagged", "blocked"};
    constexpr std::string_view help = "Texts that were moderated, by outcome";
    for (std::size_t i = 1; i < outcomes.size(); ++i)
      outcomes_[i] = &parts_.metrics.counter("aiva_moderation_verdicts_total", std::string(help),
                                             {{"outcome", outcomes[i]}});
    unchecked_ = &parts_.metrics.counter("aiva_moderation_failures_total",
                                         "Times nobody could be asked about a text");
  }

  [[nodiscard]] bool looks_at(Stage stage, const ModerationSettings& settings) const override {
    return is_required(stage) || is_wanted(stage, settings);
  }

  Task<Verdict> look_at(CallContext context, ModerationSettings settings,
                        Subject subject) override {
    Verdict verdict;
    if (is_required(subject.stage)) {
      ModerationSettings required{.uses_provider = true,
                                  .fails_closed = rules_.fails_closed,
                                  .timeout_ms = static_cast<int>(rules_.timeout.count())};
      // Its findings count for the agent's own rule, too.
      auto asking = ask_provider(context, required, subject, verdict);
      auto report = co_await std::move(asking);
      if (report && is_wanted(subject.stage, settings) && settings.uses_provider)
        add(verdict, findings_of(*report, settings), settings);
    } else if (is_wanted(subject.stage, settings) && settings.uses_provider) {
      auto asking = ask_provider(context, settings, subject, verdict);
      co_await std::move(asking);
    }
    bool asks_hook = is_wanted(subject.stage, settings) && !settings.webhook_url.empty();
    if (asks_hook && verdict.kind != Verdict::Kind::blocked) {
      auto asking = ask_hook(within(context, milliseconds(settings.timeout_ms)), parts_,
                             rules_.may_reach_private_addresses, settings, subject);
      auto report = co_await std::move(asking);
      note(context, report, settings, verdict);
    }
    if (auto* counter = outcomes_.at(static_cast<std::size_t>(verdict.kind))) counter->add();
    co_return verdict;
  }

 private:
  [[nodiscard]] bool is_required(Stage stage) const {
    return rules_.is_required && (stage == Stage::message || rules_.checks_answers);
  }
  [[nodiscard]] static bool is_wanted(Stage stage, const ModerationSettings& settings) {
    bool asks = settings.uses_provider || !settings.webhook_url.empty();
    return asks && (stage == Stage::message || settings.checks_answers);
  }

  Task<std::optional<ModerationReport>> ask_provider(CallContext context, ModerationSettings rule,
                                                     const Subject& subject, Verdict& verdict) {
    Result<ModerationReport> report = fail(ErrorCode::unavailable, "No moderator is configured");
    if (parts_.provider != nullptr) {
      auto asking = parts_.provider->look_at(within(context, milliseconds(rule.timeout_ms)),
                                             pieces_of(subject.texts, piece_bytes_max));
      report = co_await std::move(asking);
    }
    note(context, report, rule, verdict);
    if (!report) co_return std::nullopt;
    co_return *std::move(report);
  }

  // Adds what one of those asked found, or that it could not be asked.
  void note(const CallContext& context, const Result<ModerationReport>& report,
            const ModerationSettings& rule, Verdict& verdict) {
    if (report) return add(verdict, findings_of(*report, rule), rule);
    log::failure("A text could not be moderated", context, report.error());
    unchecked_->add();
    verdict.is_unchecked = true;
    auto kind = rule.fails_closed ? Verdict::Kind::blocked : Verdict::Kind::passed;
    verdict.kind = std::max(verdict.kind, kind);
  }

  ModerationParts parts_;
  ModerationRules rules_;
  std::array<Counter*, 4> outcomes_{};
  Counter* unchecked_ = nullptr;
};

}  // namespace

std::unique_ptr<Moderation> make_moderation(ModerationParts parts, ModerationRules rules) {
  return std::make_unique<ProvidersAndHooks>(std::move(parts), rules);
}

}  // namespace aiva::moderation
