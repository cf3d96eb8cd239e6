#pragma once

#include <vector>

#include "documents/pdf/fragments.h"

namespace aiva::documents {

// Parts the fragments of a page where columns of running text stand side by side, and says in which
// order the parts are read. Text that spans columns parts them into an upper and a lower half.
// Tables stay whole: their columns are narrow or poorly filled. In scripts written from right to
// left the right column comes first.
std::vector<std::vector<Fragment>> find_reading_order(std::vector<Fragment> fragments,
                                                      bool is_right_to_left);

}  // namespace aiva::documents
