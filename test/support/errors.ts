export const CREATE = `curl -s http://127.0.0.1:4180/kling/videos -H 'content-type: application/json'`
export const BODY = `-d '{"action":"text2video","model":"kling-v1","prompt":"a white mug"}'`

/** A create with a token that stands for an error. */
export function withToken(code: string): string {
  return `${CREATE} -H 'authorization: Bearer w7.mockling-${code}' ${BODY}`
}

/** Every row of the contract's table of errors, and one curl that provokes it without any setting. */
export const CATALOGUE = [
  {
    code: 'bad_request',
    status: 400,
    message: 'model is invalid.',
    curl: `${CREATE} -H 'authorization: Bearer w7' -d '{"action":"text2video","model":"kling-v9","prompt":"a white mug"}'`,
  },
  {
    code: 'token_mismatched',
    status: 400,
    message: 'The specified token is not matched with API.',
    curl: withToken('token_mismatched'),
  },
  {
    code: 'api_not_implemented',
    status: 400,
    message: 'The API is not implemented.',
    curl: `curl -s -X POST http://127.0.0.1:4180/kling/images -H 'authorization: Bearer w7'`,
  },
  {
    code: 'disabled',
    status: 400,
    message:
      'Your application has been disabled by Ace Data Cloud due to abnormal usage behavior, please contact our support to get more information.',
    curl: withToken('disabled'),
  },
  {
    code: 'invalid_token',
    status: 401,
    message: 'The specified token is invalid or wrong.',
    curl: `${CREATE} ${BODY}`,
  },
  { code: 'token_expired', status: 401, message: 'token expired.', curl: withToken('token_expired') },
  {
    code: 'used_up',
    status: 403,
    message: 'Your balance is not sufficient for current request, please buy more in Ace Data Cloud.',
    curl: withToken('used_up'),
  },
  {
    code: 'forbidden',
    status: 403,
    message: 'The content was refused by moderation.',
    curl: `${CREATE} -H 'authorization: Bearer w7' -H 'x-mockling-outcome: refuse forbidden' ${BODY}`,
  },
  {
    code: 'no_api',
    status: 404,
    message: 'API does not exist, please make sure url is correct.',
    curl: `curl -s http://127.0.0.1:4180/kling/videos/e3a575aa-a4bd-49c8-9b12-cde38d5462e0`,
  },
  {
    code: 'too_many_requests',
    status: 429,
    message: 'You have exceeded the rate limit.',
    curl: withToken('too_many_requests'),
  },
  {
    code: 'api_error',
    status: 500,
    message: 'fetch failed',
    curl: `${CREATE} -H 'authorization: Bearer w7' -H 'x-mockling-outcome: refuse api_error' ${BODY}`,
  },
  {
    code: 'timeout',
    status: 504,
    message: 'The upstream service timed out.',
    curl: `${CREATE} -H 'authorization: Bearer w7' -d '{"action":"text2video","prompt":"[[mockling:refuse timeout]]"}'`,
  },
  {
    code: 'content_too_large',
    status: 413,
    message: 'The request body is too large.',
    curl: withToken('content_too_large'),
  },
] as const
