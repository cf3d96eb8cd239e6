-- Calls are found by how the other side's number ends, however it is written.
-- compatible-with: 102

-- Its last four digits, behind zeros where it has fewer; the other side is called by us, or calls.
ALTER TABLE call_logs ADD COLUMN number_end TEXT GENERATED ALWAYS AS (
  substr(replace('0000n', 'n', replace(replace(replace(replace(replace(replace(replace(
    CASE direction WHEN 'outbound' THEN dialled_number ELSE caller_id END,
    ' ', ''), '-', ''), '.', ''), '(', ''), ')', ''), '/', ''), '+', '')), -4)
) VIRTUAL;

CREATE INDEX idx_call_logs_number ON call_logs (tenant_id, number_end, created_at, id);
