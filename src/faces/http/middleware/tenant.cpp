#include "faces/http/middleware/tenant.h"

namespace aiva::http {

Outcome check_tenant(Exchange& exchange) {
  const auto& request = exchange.request;
  auto text = request.parameter("tenantId");
  if (text.data() == nullptr || !request.is_signed_in()) return {};
  auto tenant = request.id<TenantId>("tenantId");
  if (!tenant) return std::unexpected(Failure(std::move(tenant.error())));
  if (*tenant == exchange.context.tenant) return {};
  if (!request.principal().may_see_tenant(*tenant))
    return std::unexpected(
        Failure(Error{.code = ErrorCode::forbidden, .message = "This is another tenant's"}));
  exchange.context.tenant = *tenant;
  return {};
}

}  // namespace aiva::http
