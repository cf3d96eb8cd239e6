// What expressions of PromQL ask for, and what a program shows: enough of both to hold the one to
// the other.
const keywords = new Set(
  (
    "and or unless bool offset by without on ignoring group_left group_right inf nan sum min max " +
    "avg count topk bottomk quantile stddev stdvar group count_values"
  ).split(" "),
);
const lists = new Set(["by", "without", "on", "ignoring", "group_left", "group_right"]);

function readMatchers(text) {
  const pattern = /([a-zA-Z_]\w*)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"/g;
  return [...text.matchAll(pattern)].map(([, label, operator, value]) => ({
    label,
    operator,
    value: value.replaceAll("\\\\", "\\"),
  }));
}

/** The metrics that an expression names, each with its matchers; and the labels it groups by. */
export function readExpression(expression) {
  const selectors = [];
  const groupedBy = [];
  const token = /"(?:[^"\\]|\\.)*"|\[[^\]]*\]|\{[^}]*\}|[0-9][\w.]*|[a-zA-Z_:][\w:]*|./gs;
  const tokens = [...expression.matchAll(token)].map(([one]) => one).filter((one) => one.trim());
  for (let at = 0; at < tokens.length; ++at) {
    const word = tokens[at];
    if (!/^[a-zA-Z_:]/.test(word)) continue;
    const isCall = tokens[at + 1] === "(";
    if (lists.has(word) && isCall) {
      const end = tokens.indexOf(")", at);
      groupedBy.push(...tokens.slice(at + 2, end).filter((one) => one !== ","));
      at = end;
      continue;
    }
    if (isCall || keywords.has(word.toLowerCase())) continue;
    const hasMatchers = tokens[at + 1]?.startsWith("{");
    selectors.push({ metric: word, matchers: hasMatchers ? readMatchers(tokens[at + 1]) : [] });
  }
  return { selectors, groupedBy };
}

/** Series as /metrics shows them: by name, the labels of each. */
export function readSeries(text) {
  const found = new Map();
  for (const line of text.split("\n")) {
    const [, name, labels] = line.match(/^([a-zA-Z_:][\w:]*)(\{.*\})? \S+$/) ?? [];
    if (name === undefined) continue;
    const pairs = (labels ?? "").matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g);
    if (!found.has(name)) found.set(name, []);
    found.get(name).push(Object.fromEntries([...pairs].map(([, label, value]) => [label, value])));
  }
  return found;
}

// Labels that Prometheus puts to what it reads.
const added = new Set(["job", "instance", "namespace"]);

/** Whether labels are those that a matcher asks for. */
export function matches(labels, { label, operator, value }) {
  const own = labels[label] ?? "";
  if (operator === "=") return own === value;
  if (operator === "!=") return own !== value;
  const isLike = new RegExp(`^(?:${value})$`).test(own);
  return operator === "=~" ? isLike : !isLike;
}

function findsAny(series, matcher) {
  const having = series.filter((labels) => matcher.label in labels);
  // Which statuses there are depends on what goes wrong.
  if (matcher.label === "status" || matcher.operator.startsWith("!")) return having.length > 0;
  return having.some((labels) => matches(labels, matcher));
}

/** Says what an expression asks for that is not in `series`; `known` names are not looked at. */
export function findMissing(expression, series, known) {
  const { selectors, groupedBy } = readExpression(expression);
  const missing = [];
  const labels = new Set(added);
  for (const { metric, matchers } of selectors) {
    if (known.has(metric)) {
      for (const label of groupedBy) labels.add(label);
      continue;
    }
    const shown = series.get(metric);
    if (shown === undefined) {
      missing.push(`there is no ${metric}`);
      continue;
    }
    for (const one of shown) for (const label of Object.keys(one)) labels.add(label);
    for (const matcher of matchers.filter(({ label }) => !added.has(label)))
      if (!findsAny(shown, matcher))
        missing.push(`no ${metric} has ${matcher.label}${matcher.operator}"${matcher.value}"`);
  }
  if (missing.length === 0)
    for (const label of groupedBy.filter((one) => !labels.has(one)))
      missing.push(`nothing has the label ${label}`);
  return missing;
}
