#!/bin/sh
# Makes a video, waits by polling, downloads it; then sees a 429 and a task that fails. Needs curl and jq.
set -eu

url=${MOCKLING_URL:-http://127.0.0.1:4180}
token=${MOCKLING_TOKEN:-any}

# post PATH BODY [HEADER]: prints the answer's body, and fails unless it was a good one. curl itself tries again on 429.
post() {
  status=0
  curl -s --fail-with-body --retry 3 -o answer.json "$url$1" -H "authorization: Bearer $token" \
    -H 'content-type: application/json' -H "${3:-accept: application/json}" -d "$2" || status=$?
  cat answer.json
  return $status
}

# Held until the video is there.
video=$(post /kling/videos '{"action":"text2video","model":"kling-v1","prompt":"a white mug"}')
curl -sS -o mug.mp4 "$(echo "$video" | jq -r .video_url)"
echo "held: $(wc -c <mug.mp4 | tr -d ' ') bytes"

# Asked for, and waited for by polling. A pending task has no `response`.
id=$(post /kling/videos '{"action":"text2video","prompt":"a white mug","async":true}' | jq -r .task_id)
until task=$(post /kling/tasks "{\"id\":\"$id\",\"action\":\"retrieve\"}") && echo "$task" | jq -e .response >/dev/null; do
  sleep 0.1
done
echo "polled: $(echo "$task" | jq -r .response.state)"

# The next two creates of this token are refused with 429: curl tries again by itself.
curl -sS -o /dev/null "$url/_mockling/v1/rules" -H 'content-type: application/json' \
  -d "{\"token\":\"$token\",\"effects\":\"refuse too_many_requests retry-after=1\",\"next\":2}"
echo "after 429: $(post /kling/videos '{"action":"text2video","prompt":"a white mug"}' | jq -r .state)"

# A task that fails, chosen for this one create by a header.
failed=$(post /kling/videos '{"action":"text2video","prompt":"a white mug"}' 'x-mockling-outcome: fail forbidden' || true)
echo "failed: $(echo "$failed" | jq -r .error.code)"
