#include <gtest/gtest.h>
#  include <sqlite3.h>
#include <unheard_of/library.h>

#include <vector>
