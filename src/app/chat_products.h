#pragma once

#include "app/parts.h"
#include "capabilities/chat/products.h"

namespace aiva::app {

// How answers come by products of shops. Borrows the parts.
chat::FindProducts find_products_of(Parts& parts);

}  // namespace aiva::app
