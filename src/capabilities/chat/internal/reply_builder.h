#pragma once

#include <string>

#include "capabilities/chat/citations.h"
#include "capabilities/chat/fences.h"
#include "capabilities/chat/links.h"
#include "capabilities/chat/personal_data.h"
#include "capabilities/chat/types.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva::chat {

// Collects what a model says, cleans it and tells it on, piece by piece.
class ReplyBuilder {
 public:
  struct Options {
    bool must_cite = false;    // nothing is told before something is cited
    bool is_verbatim = false;  // JSON: brackets and addresses are no citations and links
  };
  // The hosts (which links may lead to) and the mask are borrowed, the listener may be empty.
  ReplyBuilder(TurnListener listener, const Hosts& hosts, const PersonalMask& mask,
               Options options);

  // Passages up to this number may be cited from now on.
  void set_passage_count(int count) { citations_.set_passage_count(count); }
  // Takes one piece and passes on what is settled; fails when the listener does.
  Task<Result<void>> add(std::string piece);
  // Ends a round: what was held back is settled, and the next words begin a paragraph.
  Task<Result<void>> end_round();
  // Says words that are to be shown as they are.
  Task<Result<void>> say(std::string text);
  // Ends the text where it is.
  void cut() { text_ += rest(); }

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] int removed_citations() const { return citations_.removed(); }
  // The model was reciting our rules: nothing more is let through.
  [[nodiscard]] bool has_leaked() const { return frames_.has_leaked(); }
  // Whether it had to cite and has said something without.
  [[nodiscard]] bool lacks_citation() const { return !uncited_.empty(); }

 private:
  std::string clean(std::string_view piece);
  std::string rest();
  // What may be told of cleaned text now.
  std::string admit(std::string cleaned);
  Task<Result<void>> tell_on(std::string piece);

  TurnListener listener_;
  Options options_;
  FrameFilter frames_;
  CitationFilter citations_{0};
  LinkFilter links_;
  UnmaskFilter unmask_;
  std::string text_;
  std::string uncited_;  // held back until something is cited
  bool is_new_round_ = false;
};

}  // namespace aiva::chat
