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
