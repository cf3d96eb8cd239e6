// The author's text of a manual as it was before a browser set it in lines of 70 characters.

// Most texts are UTF-8; one Russian manual is not.
function decode(bytes) {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('koi8-r').decode(bytes);
  }
}

const is_table_line = (line) => /^\s*[|+].*[|+]\s*$/.test(line);
const is_separator = (line) => /^\s*[|+][-+|]+[|+]\s*$/.test(line);

// The rows of a table drawn with bars and dashes; the lines of a cell that was broken come
// together, which the drawing sets beside those of its neighbours.
function undraw(lines) {
  const out = [];
  let row = [];
  const finish = () => {
    if (row.length) out.push(row.map((cell) => cell.join(' ')).join('\n'));
    row = [];
  };
  for (const line of lines) {
    if (is_separator(line)) {
      finish();
      continue;
    }
    const cells = line.trim().slice(1, -1).split('|');
    cells.forEach((cell, i) => (row[i] ??= []).push(cell.trim()));
    for (let i = 0; i < row.length; ++i) row[i] ??= [];
  }
  finish();
  return out;
}

export function author_text(bytes) {
  const out = [];
  let table = [];
  const finish = () => {
    const is_table = table.length >= 3 && is_separator(table[0]) && is_separator(table.at(-1));
    out.push(...(is_table ? undraw(table) : table));
    table = [];
  };
  for (const line of decode(bytes).split('\n')) {
    if (is_table_line(line)) {
      table.push(line);
      continue;
    }
    finish();
    out.push(line);
  }
  finish();
  return out.join('\n');
}
