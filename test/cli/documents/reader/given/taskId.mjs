const { MOCKLING_URL: url } = process.env
const answer = await fetch(`${url}/kling/videos`, {
  method: 'POST',
  headers: { authorization: 'Bearer worker-7', 'content-type': 'application/json' },
  body: JSON.stringify({
    action: 'text2video',
    prompt: 'a white mug [[mockling:takes 600]]',
    callback_url: `${url}/_mockling/inbox/hook`,
  }),
})

/** A pending task of the token worker-7, whose callback goes to an inbox. */
export const { task_id: taskId } = await answer.json()
