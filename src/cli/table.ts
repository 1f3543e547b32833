/** Cells as a text table: the first line is its heading. */
export function tableText(cells: readonly (readonly string[])[], form: 'table' | 'markdown' = 'table'): string {
  const [heading = []] = cells
  const widths = heading.map((_, column) => Math.max(...cells.map(line => line[column]?.length ?? 0)))
  const rule = widths.map(width => '-'.repeat(width))
  const lines = [heading, rule, ...cells.slice(1)].map(line =>
    line.map((cell, column) => cell.padEnd(widths[column] ?? 0)),
  )
  return lines.map(line => (form === 'markdown' ? `| ${line.join(' | ')} |` : line.join('  ').trimEnd())).join('\n')
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Text as HTML shows it. */
export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, character => ENTITIES[character] ?? character)
}

/** Text as a cell of a Markdown table shows it. */
export function markdownCell(text: string): string {
  return escaped(text)
    .replace(/[\\|`*_[\]~]/g, '\\$&')
    .replaceAll('\n', '<br>')
}
