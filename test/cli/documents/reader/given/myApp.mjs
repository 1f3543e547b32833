/** A reader's program, which looks before it asks again. */
export const myApp = ({ baseUrl, token }) => {
  const post = async (path, body) => {
    const answer = await fetch(`${baseUrl}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return answer.json()
  }
  const find = async prompt => {
    const { items } = await post('/kling/tasks', { action: 'retrieve_batch', limit: 10 })
    return items.find(({ request }) => request.prompt === prompt)
  }
  const make = prompt => post('/kling/videos', { action: 'text2video', prompt })
  return { makeVideo: async prompt => make(prompt).catch(async () => (await find(prompt)) ?? make(prompt)) }
}
