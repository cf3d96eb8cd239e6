import { Route, Routes } from "react-router";
import { TenantList } from "./TenantList";
import { TenantPage } from "./TenantPage";

export default function Tenants() {
  return (
    <Routes>
      <Route index element={<TenantList />} />
      <Route path=":tenantId" element={<TenantPage />} />
    </Routes>
  );
}
