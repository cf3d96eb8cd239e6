#pragma once

#include <gumbo.h>

namespace aiva::documents {

// A walk over a tree goes no deeper; the rest of such a branch is left out.
inline constexpr int walk_depth_max = 600;

// What a reader of the page does not read.
bool is_skipped(const GumboNode& element);
// Whether an element of that tag is part of the line it stands in.
bool is_inline(GumboTag tag);

// The children of an element; null for text and comments.
const GumboVector* children_of(const GumboNode& node);
const GumboNode& child_at(const GumboVector& children, unsigned index);

}  // namespace aiva::documents
