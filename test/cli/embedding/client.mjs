/** One create with what a test was given. */
export async function create({ url, token }, change = {}) {
  const answer = await fetch(`${url}/kling/videos`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ action: 'text2video', prompt: 'a white mug', ...change }),
  })
  return { status: answer.status, body: await answer.json() }
}
