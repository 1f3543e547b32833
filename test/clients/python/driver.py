"""Goes through the scenarios with the client that openapi-python-client generated."""

import hashlib
import json
import os
import time
from uuid import UUID

import httpx
from kling_client import AuthenticatedClient
from kling_client.api.tasks import query_tasks
from kling_client.api.videos import create_video
from kling_client.models import (
    ErrorBody,
    ExtendVideo,
    ExtendVideoAction,
    ExtendVideoModel,
    ImageToVideo,
    ImageToVideoAction,
    ImageToVideoMode,
    ImageToVideoModel,
    RetrieveTask,
    TaskAccepted,
    TaskRecord,
    TextToVideo,
    TextToVideoAction,
    TextToVideoModel,
    VideoResult,
)
from kling_client.types import UNSET, Response, Unset

URL = os.environ["MOCKLING_URL"]
TOKEN = os.environ["MOCKLING_TOKEN"]

# A held answer may take longer than httpx waits unless told otherwise.
LIMIT = httpx.Timeout(60)

Answer = Response[ErrorBody | TaskAccepted | VideoResult]


def client(token: str = TOKEN) -> AuthenticatedClient:
    return AuthenticatedClient(base_url=URL, token=token, timeout=LIMIT, raise_on_unexpected_status=True)


def mug(duration: int | Unset = UNSET, is_async: bool | Unset = UNSET) -> TextToVideo:
    return TextToVideo(
        action=TextToVideoAction.TEXT2VIDEO,
        model=TextToVideoModel.KLING_V1,
        prompt="a white mug",
        duration=duration,
        async_=is_async,
    )


def create(
    body: TextToVideo | ImageToVideo | ExtendVideo, outcome: str | Unset = UNSET, token: str = TOKEN
) -> Answer:
    return create_video.sync_detailed(client=client(token), body=body, x_mockling_outcome=outcome)


def tell(scenario: str, saw: dict[str, object]) -> None:
    print(json.dumps({"scenario": scenario, "saw": saw}), flush=True)


def seen(video: VideoResult) -> dict[str, object]:
    return {
        "success": video.success,
        "video_id": video.video_id,
        "video_url": video.video_url,
        "duration": video.duration,
        "state": video.state,
        "task_id": str(video.task_id),
    }


def video_in(answer: Answer) -> VideoResult:
    assert isinstance(answer.parsed, VideoResult), answer
    return answer.parsed


def accepted_in(answer: Answer) -> UUID:
    assert isinstance(answer.parsed, TaskAccepted), answer
    return answer.parsed.task_id


def tell_refusal(scenario: str, answer: Answer) -> None:
    assert isinstance(answer.parsed, ErrorBody), answer
    body = answer.parsed
    status = answer.status_code.value
    tell(
        scenario,
        {"status": status, "success": body.success, "code": body.error.code.value, "message": body.error.message},
    )


def tell_download(url: str) -> None:
    reply = httpx.get(url)
    digest = hashlib.sha256(reply.content).hexdigest()
    kind = reply.headers["content-type"]
    tell("download", {"status": reply.status_code, "type": kind, "bytes": len(reply.content), "sha256": digest})


def settled(task_id: UUID) -> tuple[bool, VideoResult | ErrorBody]:
    """Asks until the task has a response. Also tells whether it had none at first."""
    for polls in range(400):
        record = query_tasks.sync(client=client(), body=RetrieveTask(id=str(task_id)))
        assert isinstance(record, TaskRecord), record
        if isinstance(record.response, VideoResult | ErrorBody):
            return polls > 0, record.response
        time.sleep(0.025)
    raise TimeoutError(f"task {task_id} does not settle")


def main() -> None:
    first = video_in(create(mug()))
    tell("held", seen(first))
    tell_download(first.video_url)
    tell(
        "extend",
        seen(
            video_in(
                create(
                    ExtendVideo(
                        action=ExtendVideoAction.EXTEND,
                        model=ExtendVideoModel.KLING_V1,
                        video_id=first.video_id,
                        prompt="a white mug",
                    )
                )
            )
        ),
    )

    was_pending, response = settled(accepted_in(create(mug(is_async=True))))
    assert isinstance(response, VideoResult), response
    tell("poll", {"wasPending": was_pending, **seen(response)})

    failing = accepted_in(create(mug(is_async=True), outcome="fail forbidden"))
    was_pending, response = settled(failing)
    assert isinstance(response, ErrorBody), response
    tell("poll a failure", {"wasPending": was_pending, "task_id": str(failing), "code": response.error.code.value})

    tell_refusal("refused: 400", create(mug(duration=7)))
    tell_refusal("refused: 401", create(mug(), token="any.mockling-invalid_token"))
    tell_refusal("refused: 429", create(mug(), outcome="refuse too_many_requests"))
    tell_refusal("held failure: 500", create(mug(), outcome="fail api_error"))

    task_id = accepted_in(
        create(
            ImageToVideo(
                action=ImageToVideoAction.IMAGE2VIDEO,
                model=ImageToVideoModel.KLING_V1_6,
                mode=ImageToVideoMode.PRO,
                start_image_url="https://example.com/start.png",
                callback_url=os.environ["MOCKLING_CALLBACK_URL"],
            )
        )
    )
    tell("callback", {"task_id": str(task_id)})


main()
