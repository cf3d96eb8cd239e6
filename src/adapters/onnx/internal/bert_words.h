#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace aiva {

// How BERT makes text ready (Devlin et al. 2019; `BertNormalizer` of a tokenizer.json).
struct BertWordRules {
  bool cleans_text = true;  // control characters vanish, all white space is a space
  bool splits_ideographs = true;
  bool strips_accents = true;
  bool lowercases = true;
};

// The words of a text: runs without white space, each punctuation mark and, where the rules say so,
// each ideograph alone. Ill-formed UTF-8 vanishes with the control characters.
std::vector<std::string> split_bert_words(std::string_view text, const BertWordRules& rules);

}  // namespace aiva
