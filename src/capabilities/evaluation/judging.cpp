#include "capabilities/evaluation/judging.h"

#include <algorithm>
#include <utility>

#include "retrieval/keywords/characters.h"

namespace aiva::evaluation {
namespace {

bool is_on_pages(const knowledge::Chunk& chunk, const std::vector<PageRange>& pages) {
  return std::ranges::any_of(pages, [&chunk](const PageRange& range) {
    return chunk.page_first <= range.last && chunk.page_last >= range.first;
  });
}

}  // namespace

std::string Judge::text_of(const knowledge::Chunk& chunk) {
  return comparable(chunk.heading_path + "\n" + chunk.text);
}

std::string comparable(std::string_view text) {
  std::string folded;
  retrieval::normalise_text(text, folded);
  std::string out;
  out.reserve(folded.size());
  for (char c : folded) {
    bool is_space = c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v';
    if (!is_space)
      out += c;
    else if (!out.empty() && out.back() != ' ')
      out += ' ';
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

bool is_named(std::string_view document_name, std::string_view wanted) {
  if (document_name == wanted) return true;
  return document_name.size() > wanted.size() && document_name.ends_with(wanted) &&
         document_name[document_name.size() - wanted.size() - 1] == '/';
}

Judge::Judge(const GoldenQuestion& question, const DocumentAliases* aliases) : aliases_(aliases) {
  for (const auto& target : question.expected)
    wanted_.push_back({.target = target,
                       .contains = comparable(target.contains),
                       .document = DocumentId::parse(target.document)});
}

bool Judge::fits(const knowledge::Chunk& chunk, const std::string& text,
                 const Wanted& wanted) const {
  const auto& target = wanted.target;
  if (target.chunk && *target.chunk != chunk.id) return false;
  if (!target.pages.empty() && !is_on_pages(chunk, target.pages)) return false;
  if (!target.document.empty() && !is_named(chunk.document_name, target.document)) {
    if (!wanted.document) return false;
    auto document = chunk.document;
    if (aliases_ != nullptr) {
      auto found = aliases_->find(document);
      if (found != aliases_->end()) document = found->second;
    }
    if (document != *wanted.document) return false;
  }
  return wanted.contains.empty() || text.contains(wanted.contains);
}

bool Judge::fits(const knowledge::Chunk& chunk, const std::string& text, std::size_t index) const {
  return fits(chunk, text, wanted_[index]);
}

Judgement Judge::judge(std::span<const knowledge::Chunk* const> hits) const {
  Judgement judgement;
  judgement.grades.assign(hits.size(), 0);
  for (const auto& wanted : wanted_)
    if (wanted.target.grade > 0) judgement.target_grades.push_back(wanted.target.grade);
  judgement.found_first.assign(judgement.target_grades.size(), Judgement::not_found);
  for (std::size_t hit = 0; hit < hits.size(); ++hit) {
    auto text = text_of(*hits[hit]);
    bool is_refused = std::ranges::any_of(wanted_, [&](const Wanted& wanted) {
      return wanted.target.grade == 0 && fits(*hits[hit], text, wanted);
    });
    if (is_refused) continue;
    std::size_t counted = 0;
    for (const auto& wanted : wanted_) {
      if (wanted.target.grade == 0) continue;
      auto index = counted++;
      if (!fits(*hits[hit], text, wanted)) continue;
      judgement.grades[hit] = std::max(judgement.grades[hit], wanted.target.grade);
      if (judgement.found_first[index] == Judgement::not_found) judgement.found_first[index] = hit;
    }
  }
  return judgement;
}

}  // namespace aiva::evaluation
