"""A client as one might write it: makes a video, tries again when there are too many requests, and waits by polling."""

import os
import time

import requests

BASE_URL = os.environ.get("ACEDATACLOUD_API_BASE_URL", "https://api.acedata.cloud")


class GenerationFailed(Exception):
    """The task was accepted and has failed: nothing is billed."""


def post(path, body, token, tries=4):
    for attempt in range(tries):
        answer = requests.post(BASE_URL + path, json=body, headers={"authorization": f"Bearer {token}"}, timeout=600)
        if answer.status_code != 429 or attempt == tries - 1:
            break
        time.sleep(float(answer.headers.get("retry-after", 0.2 * 2**attempt)))
    answer.raise_for_status()
    return answer.json()


def create(prompt, token, **more):
    body = {"action": "text2video", "model": "kling-v1", "prompt": prompt, **more}
    return post("/kling/videos", body, token)


def wait(task_id, token, every=3.0):
    """Polls until the task has settled. A pending one has no `response`."""
    while True:
        task = post("/kling/tasks", {"id": task_id, "action": "retrieve"}, token)
        result = task.get("response")
        if result and result.get("success") is True:
            return result
        if result and result.get("success") is False:
            raise GenerationFailed(result["error"]["code"])
        time.sleep(every)
