/** A request, in the words of those who send such. */
export interface Call {
  readonly url: string
  readonly body: unknown
}

/** How each form is called, and what it makes of a request. The token is the reader's own. */
export const FORMS = [
  ['curl', asCurl],
  ['fetch', asFetch],
  ['Python', asPython],
] as const satisfies readonly (readonly [string, (call: Call) => string])[]

export function asCurl({ url, body }: Call): string {
  return [
    `curl ${quoted(url)} \\`,
    `  -H "authorization: Bearer $KLING_TOKEN" \\`,
    `  -H 'content-type: application/json' \\`,
    `  -d ${quoted(JSON.stringify(body))}`,
  ].join('\n')
}

/** For a shell: nothing in it is taken for anything else. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

export function asFetch({ url, body }: Call): string {
  return `const answer = await fetch(${JSON.stringify(url)}, {
  method: 'POST',
  headers: { authorization: \`Bearer \${process.env.KLING_TOKEN}\`, 'content-type': 'application/json' },
  body: JSON.stringify(${indented(JSON.stringify(body, null, 2))}),
})
console.log(answer.status, await answer.json())`
}

export function asPython({ url, body }: Call): string {
  return `import os
import requests

answer = requests.post(
    ${JSON.stringify(url)},
    headers={"authorization": f"Bearer {os.environ['KLING_TOKEN']}"},
    json=${pythonOf(body)},
)
print(answer.status_code, answer.json())`
}

function indented(text: string): string {
  return text.replaceAll('\n', '\n  ')
}

/** JSON as Python writes it. What JSON escapes in text, Python escapes likewise. */
function pythonOf(value: unknown): string {
  if (value === null || value === undefined) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (Array.isArray(value)) return `[${value.map(pythonOf).join(', ')}]`
  if (typeof value !== 'object') return JSON.stringify(value)
  const items = Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}: ${pythonOf(item)}`)
  return `{${items.join(', ')}}`
}
