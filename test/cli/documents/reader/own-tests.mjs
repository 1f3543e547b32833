// Stands for a reader's own tests: they make one video.
const { MOCKLING_URL: url, MOCKLING_TOKEN: token } = process.env
const answer = await fetch(`${url}/kling/videos`, {
  method: 'POST',
  headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  body: '{"action":"text2video","prompt":"a white mug"}',
})
process.exitCode = answer.ok ? 0 : 1
